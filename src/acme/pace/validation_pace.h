#pragma once

#include <chrono>
#include <utility>

namespace acme {

/// How long a CA takes to validate, as the orders of a run find out: so that each order is looked
/// at once, and not long after it can go on. It begins with what is enough for any CA, halves what
/// was enough, and never goes below twice what was seen to be too short. The first order goes
/// ahead: it is looked at as often as one that an operator waits for.
class ValidationPace {
  public:
    using Pause = std::chrono::milliseconds;

    /// Is this the first order that asks?
    bool goes_ahead() { return !std::exchange(has_begun_, true); }

    /// Before the first look, unless the CA names a time. It may become shorter meanwhile.
    Pause pause() const { return pause_; }

    /// After that time since it was asked to validate the CA was done, or was not.
    void note(Pause waited, bool was_done);

  private:
    static constexpr Pause kLongest{2500};

    Pause pause_ = kLongest;
    Pause too_short_{0};
    bool has_begun_ = false;
};

}  // namespace acme
