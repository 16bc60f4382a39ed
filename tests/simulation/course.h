#pragma once

#include "simulation/invariants.h"
#include "simulation/world.h"

namespace simulation {

/// What happens by the clock: cron's two entries, and events at random moments.
class Course {
  public:
    explicit Course(World& world) : world_(world), invariants_(world) {}

    /// Until the days are over, or an invariant is broken.
    void run();

  private:
    void begin();
    void look_each_minute();
    Kernel::Moment next_look(const store::LocalStore& store) const;
    void run_twice_a_day();
    void look_then();
    void look_soon();
    void happen();

    World& world_;
    Invariants invariants_;
    Kernel::Moment looks_at_{};
};

}  // namespace simulation
