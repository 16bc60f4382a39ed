#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "dns/provider.h"
#include "dns/resolver.h"

namespace dns {

/// How to make sure that a record is where a CA will look for it.
struct PropagationRules {
    std::optional<std::chrono::seconds> fixed_wait{};  ///< wait this long and ask nobody
    bool ask_authoritative = true;                     ///< every server that speaks for the zone
    bool ask_recursive = false;                        ///< the configured resolvers too
    std::chrono::seconds timeout{60};
    std::chrono::seconds interval{2};  ///< pause between two rounds; at least 1 s is kept
};

/// Waits until every server asked shows every record. Servers that cannot be found or reached,
/// refuse or do not speak for the zone say nothing and hold nobody up; so does a zone without
/// servers. Recursive resolvers are asked only once the authoritative servers show the record,
/// because they remember what they did not find. `timeout` names a record and a server that does
/// not show it; it comes as soon as another round would start too late.
base::Result<void> wait_for_records(const Resolver& resolver,
                                    const std::vector<ChallengeRecord>& records,
                                    const PropagationRules& rules, base::Clock& clock);

}  // namespace dns
