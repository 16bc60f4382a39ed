#pragma once

#include <string>

#include "simulation/world.h"

namespace simulation {

/// Something that happens now and then.
struct Event {
    const char* what;
    double days_between;  ///< on average
    void (*happen)(World& world);
};

/// Has one of the events happen, and says after how long the next one is to.
std::chrono::seconds do_something(World& world);

// world_events.cpp

void storm_at_production(World& world);
void storm_at_other(World& world);
void storm_at_staging(World& world);
void lose_name(World& world);
void silence_resolver(World& world);
void revoke(World& world);
void call_back(World& world);
void issue_to_neighbours(World& world);
void set_clock_wrong(World& world);
void switch_host_off(World& world);
void damage_files(World& world);

// operator_events.cpp

void add_domain(World& world);
void remove_domain(World& world);
void deploy(World& world);
void type_enable(World& world);
void type_retry(World& world);
void type_disable(World& world);
void add_certificate(World& world);
void remove_certificate(World& world);
void destroy_app(World& world);
void rename_app(World& world);
void do_many_at_once(World& world);

/// A new app, with its names in the DNS, that is enabled by its operator.
void create_app(World& world);

}  // namespace simulation
