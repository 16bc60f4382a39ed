#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/result.h"

namespace acme {

/// Which request an answer was to: the same error means another thing at another place.
enum class RequestKind {
    none,  ///< not known, or none was sent
    directory,
    new_nonce,
    new_account,
    account,
    new_order,
    order,
    authorization,
    challenge,
    validation,  ///< what the CA did of its own after `challenge`: authorizations and order tell
    finalize,    ///< also what the order tells of it later
    certificate,
    revocation,
    key_change,
};

/// Why a step of the protocol did not work. `error` says what a caller may do about it; the CA's
/// own words are kept whole beside it.
///
/// Kinds: `network`, `timeout` (no usable answer, 5xx included), `rate_limited` (see
/// error.retry_at), `rejected` (the CA understood and refused: there is a problem), `protocol` (an
/// answer that is not ACME).
struct Failure {
    base::Error error;
    std::optional<Problem> problem;
    std::string url;  ///< what was asked
    int status = 0;   ///< HTTP's; 0 if no answer came
    RequestKind request = RequestKind::none;
    /// Whose authorization the order was seen to turn `invalid`, as ordered: each is a failed
    /// validation, whatever else is said here.
    std::vector<Identifier> invalid{};

    /// Did the CA refuse with this ACME error, e.g. `accountDoesNotExist`?
    bool is(std::string_view acme_type) const { return problem && problem->is(acme_type); }

    /// Was a validation spent on this name in vain?
    bool spent_validation_on(std::string_view name) const {
        const Identifier wanted = to_identifier(name);
        return std::find(invalid.begin(), invalid.end(), wanted) != invalid.end();
    }

    /// The request may have been carried out or not: the answer was lost, or a machine in between
    /// answered, and nothing was said about when to try again.
    bool unanswered() const {
        const bool lost =
            error.kind == base::ErrorKind::network || error.kind == base::ErrorKind::timeout;
        return lost && !problem && !error.retry_at;
    }

    /// The order itself says that it has ended: nothing of it is left to resume.
    bool is_of_ended_order() const { return problem && status == 0; }

    /// The CA does not know what it made a moment ago: its servers may not all have heard of it
    /// yet.
    bool not_known_yet() const {
        constexpr int kNotFound = 404;
        return status == kNotFound && !is("accountDoesNotExist");
    }
};

template <class T>
using Outcome = base::Result<T, Failure>;

/// The failure of a request, told as that. What failed on the way to it stays what it was.
inline Failure failure_of(RequestKind request, Failure failure) {
    if (failure.request == RequestKind::none) failure.request = request;
    return failure;
}

template <class T>
Outcome<T> outcome_of(RequestKind request, Outcome<T> outcome) {
    if (outcome) return outcome;
    return failure_of(request, std::move(outcome).error());
}

/// Shorthand for a Failure without problem.
inline Failure fail(base::ErrorKind kind, std::string message, std::string url) {
    return Failure{base::Error{kind, std::move(message), std::nullopt, {}}, std::nullopt,
                   std::move(url)};
}

}  // namespace acme
