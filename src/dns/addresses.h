#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/authoritative.h"

namespace dns {

/// Where a name leads.
struct Addresses {
    enum class State {
        found,    ///< at least one address
        missing,  ///< does not exist, or has neither A nor AAAA
        broken,   ///< no CA could look it up either (broken.h)
        unknown,  ///< no server could say
    };
    State state = State::unknown;
    bool is_silent = false;         ///< unknown since no server answered at all
    std::vector<std::string> ipv4;  ///< of A records: canonical text, no doubles
    std::vector<std::string> ipv6;  ///< of AAAA records, likewise
    /// Why there are none, one line for an operator: `NXDOMAIN from 192.0.2.53`.
    std::string evidence;
};

/// A and AAAA of a name, aliases followed. A resolver remembers for up to hours what it did not
/// find: with Confirm::authoritative the servers of the zone are asked then, and what they say
/// counts. A family that is missing beside one that is found is not asked for again. REFUSED and
/// silence are no finding: `unknown`, unless the zone's servers say something. So is SERVFAIL, if
/// that is not the name's own trouble.
async::Task<Addresses> look_up_addresses(const Resolver& resolver, std::string name,
                                         Confirm confirm);

}  // namespace dns
