#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "dns/resolver.h"

namespace dns {

// What the resolver's deadline is to one question, it is here to all servers of a zone together:
// each has its share of what is left, so that dead ones do not keep the others from being asked.

/// Does the word of a zone's own servers count where the resolver's finds nothing, or is that
/// final?
enum class Confirm { authoritative, none };

/// A zone and who speaks for it.
struct Zone {
    std::string name;                    ///< "" if none was found
    std::vector<ServerAddress> servers;  ///< at most 16
};

/// The closest zone around a name: the nearest of the name and its parents that has NS records,
/// with the addresses of these servers. A resolver that does not answer, refuses or knows no NS
/// records is no finding: then there are no servers.
async::Task<Zone> find_authoritative(const Resolver& resolver, std::string name);

/// Where the alias (CNAME) of a name leads in the end, as far as the resolver knows; the name
/// itself if it is none, or if aliases go round in circles. Without final dot.
async::Task<std::string> follow_alias(const Resolver& resolver, std::string name);

/// A question to the servers of the name's zone, past what a resolver has kept from before. Aliases
/// are followed into other zones, and the records on the way are in the answer: read it with
/// Answer::end_of_aliases. `not_found` if no server could be found or none spoke for its zone.
async::Task<base::Result<Answer>> ask_authoritative(const Resolver& resolver, std::string name,
                                                    RecordType type);

/// Does a server of the name's zone, or of that where its aliases lead, say something about it? A
/// zone that the resolver cannot find is found by what the servers of a zone above it refer to.
/// Servers that have been silent for several names are not asked for a while (zone_silences).
async::Task<bool> is_answered_by_zone(const Resolver& resolver, std::string name, RecordType type);

/// A resolver that asks this server of a zone alone, for what it knows itself.
Resolver to_authoritative(const Resolver& resolver, const ServerAddress& server,
                          std::chrono::milliseconds deadline);

/// Whether the answer says something for the zone of the name asked for. That of a lame server, or
/// one that only refers to others, does not.
bool speaks_for_zone(const Answer& answer);

}  // namespace dns
