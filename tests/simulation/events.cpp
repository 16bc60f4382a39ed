#include "simulation/events.h"

#include <array>
#include <cmath>

namespace simulation {
namespace {

constexpr std::array kEvents{
    Event{"a storm at production", 12, storm_at_production},
    Event{"a storm at the other CA", 20, storm_at_other},
    Event{"a storm at staging", 20, storm_at_staging},
    Event{"a name leads away", 9, lose_name},
    Event{"the resolver is bad", 20, silence_resolver},
    Event{"domains:add", 6, add_domain},
    Event{"domains:remove", 12, remove_domain},
    Event{"deploy", 4, deploy},
    Event{"enable", 10, type_enable},
    Event{"retry", 15, type_retry},
    Event{"many things at once", 8, do_many_at_once},
    Event{"files are damaged", 40, damage_files},
    Event{"disable", 40, type_disable},
    Event{"certs:add", 40, add_certificate},
    Event{"certs:remove", 60, remove_certificate},
    Event{"apps:create", 30, create_app},
    Event{"apps:destroy", 40, destroy_app},
    Event{"apps:rename", 40, rename_app},
    Event{"a certificate is revoked", 40, revoke},
    Event{"a certificate is called back", 40, call_back},
    Event{"neighbours get certificates", 20, issue_to_neighbours},
    Event{"the clock is wrong", 30, set_clock_wrong},
    Event{"the host is off", 60, switch_host_off},
};

}  // namespace

std::chrono::seconds do_something(World& world) {
    double per_day = 0;
    for (const Event& event : kEvents)
        per_day += 1 / event.days_between;
    double chosen = world.dice.share() * per_day;
    for (const Event& event : kEvents) {
        chosen -= 1 / event.days_between;
        if (chosen > 0) continue;
        event.happen(world);
        break;
    }
    const double days = -std::log(1 - world.dice.share()) / per_day;
    return std::chrono::seconds{static_cast<std::int64_t>(days * 86'400)};
}

}  // namespace simulation
