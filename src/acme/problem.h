#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/identifier.h"

namespace acme {

/// One part of a compound problem (RFC 8555 section 6.7.1).
struct Subproblem {
    std::string type;
    std::string detail;
    std::optional<Identifier> identifier;  ///< what it is about, if the CA said so
    std::string instance{};                ///< a page for an operator, as in Problem
};

/// Why a CA refused (RFC 7807, RFC 8555 section 6.7). The texts are the CA's own: show them only
/// through base::printable.
struct Problem {
    std::string type;  ///< a URI; `about:blank` if the CA sent none
    std::string title;
    std::string detail;
    int status = 0;        ///< HTTP's status if the document has none
    std::string instance;  ///< a page for an operator, with userActionRequired
    std::optional<Identifier> identifier;
    std::vector<Subproblem> subproblems;

    /// Is it this ACME error, e.g. `badNonce`?
    bool is(std::string_view acme_type) const;
};

/// `rateLimited` for `urn:ietf:params:acme:error:rateLimited`; other types as they are.
std::string_view short_type(std::string_view type);

/// Reads a problem document. Nothing if the text is no JSON object, or one with neither type, title
/// nor detail.
std::optional<Problem> parse_problem(std::string_view json, int http_status);

/// The problem document again, with all that was read of it.
std::string to_text(const Problem& problem);

}  // namespace acme
