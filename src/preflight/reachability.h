#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace preflight {

/// What came of fetching a name's challenge at one of its addresses.
struct Fetched {
    enum class Kind {
        right,   ///< this host answered
        wrong,   ///< a server answered something else
        silent,  ///< no connection, or no answer in time
    };
    std::string address;
    bool is_ipv6 = false;
    bool is_own = false;  ///< an address of this host
    /// One on which nginx listens by itself: a server block on all addresses is not asked there.
    bool is_bound = false;
    Kind kind = Kind::silent;
    std::string evidence;          ///< `HTTP 404 from nginx`, `connection refused`
    bool has_proxy_marks = false;  ///< headers that CDNs add
    std::string redirect_host;     ///< of a redirect: where it leads
};

/// What this host knows of itself.
struct HostAddresses {
    bool has_public_ipv4 = false;
    bool has_public_ipv6 = false;
};

struct Reach {
    std::string_view cause{};  ///< empty: an order may be spent on the name
    std::string reason{};
    std::vector<std::string> warnings{};
};

/// Judges all fetches of one name together. A CA asks IPv6 first and falls back to IPv4 only if
/// no server answers, so a silent IPv6 address is a warning and a wrong one is not. A silent
/// address that is not this host's may be this host behind a router that does not lead back
/// (hairpin NAT).
Reach judge_reach(const std::string& name, const std::vector<Fetched>& fetched,
                  const HostAddresses& host);

}  // namespace preflight
