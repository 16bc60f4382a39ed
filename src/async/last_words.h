#pragma once

#include <functional>

#include "async/epoll_loop.h"
#include "base/unique_fd.h"

namespace async {

/// When this process is asked to end (SIGTERM, SIGINT, SIGHUP), the loop calls `say` and then lets
/// it end as it would have. A second such signal ends it at once. A process has one of them, which
/// the loop outlives without being run any more.
class LastWords {
  public:
    LastWords(EpollLoop& loop, std::function<void()> say);
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;
    LastWords(LastWords&&) = delete;
    LastWords& operator=(LastWords&&) = delete;
    ~LastWords();

  private:
    base::UniqueFd read_;
    base::UniqueFd write_;
};

}  // namespace async
