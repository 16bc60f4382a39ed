#pragma once

#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "simulation/world.h"

namespace simulation {

using std::chrono::minutes;

inline constexpr std::chrono::hours kDay{24};

/// Between two times, short ones more often.
inline minutes some_time(World& world, minutes least, minutes most) {
    const double ratio = static_cast<double>(most.count()) / static_cast<double>(least.count());
    const double factor = std::pow(ratio, world.dice.share());
    return minutes{static_cast<std::int64_t>(static_cast<double>(least.count()) * factor)};
}

inline void later(World& world, minutes after, std::function<void()> what) {
    world.machine.call_at(world.machine.now() + after, std::move(what));
}

/// A command that an operator types for the app.
inline void type(World& world, const std::string& command, const std::string& app, World::Fate fate,
                 const std::function<int(World&, const std::string&)>& work) {
    if (app.empty() || !world.is_host_on) return;
    world.spawn(command + " " + app, fate, [&world, app, work] { return work(world, app); });
}

inline std::string any_name(World& world, const std::string& app) {
    auto names = world.dokku.domains(app);
    return names.empty() ? "" : world.dice.pick(names);
}

}  // namespace simulation
