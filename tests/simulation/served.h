#pragma once

#include <string>

#include "simulation/world.h"

namespace simulation {

/// What is known of a certificate by the CA that has issued it; nullptr for an operator's own.
inline IssuedCertificate* find_issued(World& world, const std::string& fingerprint) {
    for (SimulatedCa* ca : {&world.production, &world.staging, &world.other}) {
        if (auto* found = ca->find_by_fingerprint(fingerprint)) return found;
    }
    return nullptr;
}

/// Does nginx serve a pair of an operator's own for the app?
inline bool is_custom_served(World& world, const std::string& app) {
    const auto& pairs = world.nginx.loaded().pairs;
    const auto pair = pairs.find(app);
    return pair != pairs.end() && find_issued(world, pair->second.fingerprint) == nullptr;
}

/// The CA that the app's settings name.
inline SimulatedCa& ca_of(World& world, const std::string& app) {
    return world.history.of(app).is_at_other_ca ? world.other : world.production;
}

/// The app's pair, if nginx shows it for the name and it covers that.
inline const LoadedPair* served_for(const LoadedConfig& loaded, const std::string& app,
                                    const std::string& name) {
    const auto shown = loaded.https.find(name);
    if (shown == loaded.https.end() || shown->second != app) return nullptr;
    const auto pair = loaded.pairs.find(app);
    return pair != loaded.pairs.end() && pair->second.covers(name) ? &pair->second : nullptr;
}

}  // namespace simulation
