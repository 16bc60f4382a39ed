#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/resolver.h"

namespace dns {

/// The CAA records that hold for a name (RFC 8659 section 3) and where they stand.
struct CaaSet {
    std::string owner;  ///< the name itself, an ancestor, or where an alias of one of them leads
    std::vector<Caa> records;
};

/// The records of the closest of the name (without `*.`) and its ancestors that has any, aliases
/// followed. Nothing if there are none, which allows every CA. Nothing too if a server does not
/// answer, refuses or fails: that is no finding, and the CA looks for itself.
async::Task<std::optional<CaaSet>> find_caa(const Resolver& resolver, std::string name);

/// The same, with what stood in the way.
struct CaaLookUp {
    std::optional<CaaSet> set;
    std::string failed;  ///< the name on the way up for which a server said SERVFAIL
};
async::Task<CaaLookUp> look_up_caa(const Resolver& resolver, std::string name);

/// The same by the word of the zones' own name servers, as a CA asks: a resolver keeps for hours
/// what was there, or was not. `not_found` if one of the zones on the way up has no server that
/// speaks: nothing can be said then.
async::Task<base::Result<std::optional<CaaSet>>> find_authoritative_caa(const Resolver& resolver,
                                                                        std::string name);

/// Who wants to issue, and how.
struct CaaRequest {
    std::vector<std::string> issuers;  ///< the CA's `caaIdentities`; none: nothing can be said
    bool wildcard = false;
    std::string account_url;  ///< the account that orders; "" if it is not known yet
    std::string method;       ///< of validation: `http-01`, `dns-01`
};

/// Why the set forbids it: one sentence with the records that decide, as they stand, and their
/// owner. Nothing if it is allowed. `issuewild` outranks `issue` for wildcards (RFC 8659 section
/// 4.3), the parameters `accounturi` and `validationmethods` (RFC 8657) bind, and a critical
/// property unknown to this program forbids.
std::optional<std::string> why_forbidden(const CaaSet& set, const CaaRequest& request);

/// Those of the set that let a CA issue for this account only (parameter `accounturi`, RFC 8657
/// section 3), one a line as in a zone file. Records come from anywhere: the lines are made safe to
/// show.
std::vector<std::string> records_naming_account(const CaaSet& set, std::string_view account_url);

}  // namespace dns
