#include "simulation/course.h"

#include <algorithm>
#include <cmath>

#include "simulation/commands.h"
#include "simulation/events.h"

namespace simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kMinute{1};

}  // namespace

void Course::begin() {
    const int count = world_.dice.between(3, 5);
    for (int i = 0; i < count; ++i) {
        const auto when = world_.machine.now() + minutes{world_.dice.between(1, 3000)};
        world_.machine.call_at(when, [this] { create_app(world_); });
    }
}

/// `*/1 * * * *`: what `cron` does where an app is due.
void Course::look_each_minute() {
    const store::LocalStore store{world_.host.environment.global_root()};
    if (world_.is_host_on && store.is_any_due(world_.machine.wall_time())) {
        world_.spawn("retry --due", World::Fate::may_die, [this] { return retry_due(world_); });
    }
    looks_at_ = next_look(store);
    look_then();
}

/// Unless a sooner one was arranged meanwhile.
void Course::look_then() {
    world_.machine.call_at(looks_at_, [this, when = looks_at_] {
        if (when == looks_at_) look_each_minute();
    });
}

/// What a process that has ended has left is seen within a minute.
void Course::look_soon() {
    if (looks_at_ <= world_.machine.now() + kMinute) return;
    looks_at_ = world_.machine.now() + kMinute;
    look_then();
}

/// The next minute at which cron would find something due, or an hour later; as long as processes
/// run, each minute.
Kernel::Moment Course::next_look(const store::LocalStore& store) const {
    const auto now = world_.machine.now();
    if (!world_.machine.all().empty()) return now + kMinute;
    const auto head = store.due_head();
    if (!head) return now + kMinute;
    const auto wait = head->earliest ? *head->earliest - world_.machine.wall_time() : hours{1};
    return now + std::clamp(std::chrono::ceil<minutes>(wait), kMinute, minutes{60});
}

void Course::run_twice_a_day() {
    if (world_.is_host_on) {
        world_.spawn("auto-renew --scheduled", World::Fate::may_die, [this] {
            const auto began = world_.now();
            const int code = run_scheduled(world_);
            constexpr int kBusy = 75;
            if (code != kBusy) invariants_.check_after_scheduled_run(began);
            return code;
        });
    }
    world_.machine.call_at(world_.machine.now() + hours{12}, [this] { run_twice_a_day(); });
}

void Course::happen() {
    const auto next = do_something(world_);
    world_.machine.call_at(world_.machine.now() + next, [this] { happen(); });
}

void Course::run() {
    begin();
    world_.on_process_end = [this] { look_soon(); };
    look_each_minute();
    if (!world_.options.is_calm) happen();
    world_.machine.call_at(world_.machine.now() + minutes{world_.dice.between(1, 720)},
                           [this] { run_twice_a_day(); });
    const auto end = world_.machine.now() + hours{24 * world_.options.days};
    while (world_.machine.now() < end && !world_.chronicle.violation()) {
        world_.machine.run_until(world_.machine.now() + hours{1});
        invariants_.check();
    }
}

}  // namespace simulation
