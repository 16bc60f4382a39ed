#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "async/loop.h"
#include "base/clock.h"
#include "base/unique_fd.h"

namespace async {

/// The loop of real time and real descriptors (epoll(7)). A descriptor that cannot be watched, such
/// as a regular file, throws std::system_error.
class EpollLoop final : public Loop {
  public:
    explicit EpollLoop(base::Clock& clock);

    /// Calls `on_ready` whenever there is something to read. No run of the loop waits for that
    /// alone. The descriptor stays its owner's.
    void listen_beside(int fd, std::function<void()> on_ready);

  private:
    void wait(std::optional<Moment> until) override;
    void add(Watch& watch) override;
    void change(Watch& watch) override;
    void remove(Watch& watch) override;

    /// One that is told with each event: a watch that was destroyed within a batch of events, whose
    /// descriptor's number another one has taken over, is not notified.
    using Generation = std::uint32_t;
    struct Watched {
        Watch* watch;
        Generation generation;
    };

    void control(int operation, const Watch& watch, Generation generation);

    base::UniqueFd epoll_;
    std::map<int, std::function<void()>> beside_;
    std::map<int, Watched> watched_;
    Generation generations_ = 0;
};

}  // namespace async
