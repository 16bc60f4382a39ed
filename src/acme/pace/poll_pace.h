#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"

namespace acme {

/// When an order is looked at again: as the CA asks, else after a pause that grows to 5 s.
class PollPace {
  public:
    using Moment = base::Clock::Monotonic;

    explicit PollPace(std::chrono::milliseconds first_pause) : pause_(first_pause) {}

    /// Begins to grow from this one anew.
    void start_at(std::chrono::milliseconds pause) { pause_ = pause; }

    /// What the last answer asks for. It is about the next look alone.
    void ask(std::optional<std::chrono::seconds> retry_after) { asked_ = retry_after; }
    void forget_asked() { asked_.reset(); }

    /// What the answer to a challenge asks for: the latest of these holds, for the next look.
    void not_before(Moment moment);

    struct Next {
        Moment at;
        bool is_asked_for;  ///< by the CA
    };

    /// The next look. Each call is one.
    Next next(Moment now);

  private:
    std::chrono::milliseconds pause_;
    std::optional<std::chrono::seconds> asked_;
    std::optional<Moment> not_before_;
};

}  // namespace acme
