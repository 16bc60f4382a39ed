#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dns/authoritative.h"

namespace dns {

// A name that resolvers answer for with SERVFAIL gets no certificate: a CA has to resolve it, and
// since 2026 to validate its DNSSEC. What is this host's resolver's own trouble tells nothing.

/// Why no resolver, and so no CA, can look up a name for which the one of this host answered
/// SERVFAIL: one line for an operator. The question is asked again, also without checking: an
/// answer only then means that DNSSEC does not validate. Else the zone's own servers are asked, if
/// their word counts, and one that answers is enough. Nothing if the resolver does not fail any
/// more, or has no answers for names elsewhere.
async::Task<std::optional<std::string>> why_broken(const Resolver& resolver, std::string name,
                                                   RecordType type, Confirm confirm);

}  // namespace dns
