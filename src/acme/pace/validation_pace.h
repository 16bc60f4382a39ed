#pragma once

#include <chrono>

namespace acme {

/// How long a CA takes to validate, as the orders of a run find out: so that each order is looked
/// at once, and not long after it can go on. It begins with what is enough for any CA, halves that
/// as long as it is enough, and never goes below twice what was seen to be too short.
class ValidationPace {
  public:
    using Pause = std::chrono::milliseconds;

    /// Before the first look, unless the CA names a time.
    Pause pause() const { return pause_; }

    /// The CA was done after that pause, or was not.
    void note(Pause waited, bool was_done);

  private:
    static constexpr Pause kLongest{2500};

    Pause pause_ = kLongest;
    Pause too_short_{0};
};

}  // namespace acme
