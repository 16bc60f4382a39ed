#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/challenge.h"
#include "acme/identifier.h"
#include "base/result.h"

namespace acme {

enum class AuthorizationStatus {
    pending,
    valid,
    invalid,
    deactivated,
    expired,
    revoked,
    unknown,
};

/// The right of an account to speak for one identifier (RFC 8555 section 7.1.4).
struct Authorization {
    Identifier identifier;  ///< without `*.`: see `wildcard`
    AuthorizationStatus status = AuthorizationStatus::unknown;
    std::string status_text;  ///< the CA's word
    bool wildcard = false;
    std::vector<Challenge> challenges;

    /// The identifier of the order it belongs to, `*.` put back, normalized.
    Identifier ordered() const;

    /// The challenge of this type, or null.
    const Challenge* challenge(std::string_view type) const;
};

/// `protocol` if it is no object, or has no identifier. Challenges that cannot be read are left
/// out.
base::Result<Authorization> parse_authorization(std::string_view json);

}  // namespace acme
