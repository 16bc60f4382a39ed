#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "dns/server_address.h"

namespace dns {

/// Whether the servers of a resolver answer at all. Each question to servers that are down takes
/// the resolver's whole deadline, and a run over many apps would ask hundreds of them: after three
/// in a row that none answered the servers are left alone for a minute, then asked once again.
class Silence {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// Is nothing to be asked now?
    bool lasts(Time now) const { return now < until_; }

    void note_answer();
    void note_no_answer(Time now);

  private:
    int unanswered_ = 0;  ///< in a row
    Time until_{};
};

/// What a run knows of the resolvers of its apps, and of the servers of zones: those with the same
/// servers share one.
class Silences {
  public:
    /// No servers: those of the system.
    std::shared_ptr<Silence> of(const std::vector<ServerAddress>& servers);

  private:
    std::vector<std::pair<std::vector<ServerAddress>, std::shared_ptr<Silence>>> known_;
};

}  // namespace dns
