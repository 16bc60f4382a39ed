#include "ca/cause_of_failure.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "ca/pause.h"
#include "store/cause.h"

namespace ca {
namespace {

using acme::RequestKind;

constexpr int kNotFound = 404;
constexpr int kConflict = 409;

/// What the CA said, of the whole or of one name, and where.
struct CaRefusal {
    RequestKind request;
    int status;             ///< HTTP's; 0 if it is told by an order or an authorization
    std::string_view type;  ///< without prefix
    std::string words;      ///< in lower case
    bool spent_validation;  ///< an authorization turned invalid
};

bool has(const CaRefusal& refusal, std::string_view part) {
    return refusal.words.find(part) != std::string::npos;
}

template <std::size_t Count>
bool has_any(const CaRefusal& refusal, const std::array<const char*, Count>& parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const char* part) { return has(refusal, part); });
}

/// `Account is not valid, has status "deactivated"` and the like, to whatever was asked.
bool is_about_closed_account(const CaRefusal& refusal) {
    constexpr std::array kEnds{"deactivated", "revoked", "blocked",      "suspended", "disabled",
                               "compromised", "closed",  "is not valid", "not active"};
    return has(refusal, "account") && has_any(refusal, kEnds);
}

/// `[External Account Binding] Invalid MAC on JWS request` and the like: each CA that binds
/// accounts to its customers has a type and words of its own for that.
bool is_about_external_account(const CaRefusal& refusal) {
    constexpr std::array kWords{"external account", "externalaccount", "eab", "hmac", "'kid'"};
    return refusal.request == RequestKind::new_account && has_any(refusal, kWords);
}

/// `Order cannot contain more than 25 identifiers`.
bool is_about_number_of_names(const CaRefusal& refusal) {
    constexpr std::array kMany{"more than", "too many"};
    constexpr std::array kNames{"identifiers", "names", "domains"};
    return refusal.request == RequestKind::new_order && has_any(refusal, kMany) &&
           has_any(refusal, kNames);
}

/// `keyAuthorization does not match`: step-ca calls the name rejected then.
bool is_about_wrong_answer(const CaRefusal& refusal) {
    constexpr std::array kWords{"keyauthorization", "key authorization"};
    return refusal.spent_validation && refusal.type == "rejectedIdentifier" &&
           has_any(refusal, kWords);
}

/// `public key is forbidden`: known to others than its owner.
bool is_about_known_key(const CaRefusal& refusal) {
    constexpr std::array kWords{"forbidden", "compromised", "blocked", "blocklist", "revoked"};
    return has(refusal, "key") && has_any(refusal, kWords);
}

/// Before the CA has an order, only the account can lack a right.
bool is_before_order(RequestKind request) {
    return request == RequestKind::new_nonce || request == RequestKind::new_account ||
           request == RequestKind::account || request == RequestKind::new_order;
}

/// Where a CA may tell what it found out about a name itself.
bool is_about_names(RequestKind request) {
    return request == RequestKind::order || request == RequestKind::authorization ||
           request == RequestKind::challenge || request == RequestKind::validation ||
           request == RequestKind::finalize;
}

std::string_view cause_of_unauthorized(const CaRefusal& refusal) {
    if (is_about_closed_account(refusal)) return store::cause::kAccountClosed;
    // CAs keep some profiles for accounts of their choice.
    const bool of_profile =
        refusal.request == RequestKind::new_order && has(refusal, "certificate profile");
    if (of_profile) return store::cause::kSettings;
    if (is_before_order(refusal.request)) return store::cause::kAccountClosed;
    // Of its own order: perhaps what was shown before has expired. Another order mends that.
    return store::cause::kCaError;
}

std::string_view cause_of_malformed(const CaRefusal& refusal) {
    constexpr std::array kNameWords{"cannot issue for", "domain name", "identifier", "hostname",
                                    "public suffix"};
    constexpr std::array kCsrWords{"csr", "certificate request", "certificate public key"};
    constexpr std::array kSignatureWords{"jws", "signature"};
    if (refusal.status == kNotFound) return store::cause::kCaError;
    if (refusal.status == kConflict) return store::cause::kCaBusy;
    if (refusal.request == RequestKind::finalize && has_any(refusal, kCsrWords))
        return store::cause::kBadCsr;
    if (has_any(refusal, kSignatureWords)) return store::cause::kAccountKey;
    if (is_about_number_of_names(refusal)) return store::cause::kTooManyNames;
    const bool of_name = refusal.request == RequestKind::new_order && has_any(refusal, kNameWords);
    return of_name ? store::cause::kBadName : store::cause::kBadRequest;
}

/// The errors that are about keys, signatures and the certificate request.
std::optional<std::string_view> cause_of_key(const CaRefusal& refusal) {
    if (refusal.type == "badCSR") {
        return is_about_known_key(refusal) ? store::cause::kBlockedKey : store::cause::kBadCsr;
    }
    if (refusal.type == "badSignatureAlgorithm") return store::cause::kAccountKey;
    if (refusal.type != "badPublicKey") return std::nullopt;
    if (refusal.request == RequestKind::finalize) {
        return is_about_known_key(refusal) ? store::cause::kBlockedKey : store::cause::kBadCsr;
    }
    return is_about_known_key(refusal) ? store::cause::kAccountClosed : store::cause::kAccountKey;
}

/// The errors that mean one thing wherever they come.
std::optional<std::string_view> cause_of_type(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kTypes{{
        {"accountDoesNotExist", store::cause::kAccountClosed},
        {"badNonce", store::cause::kCaError},
        {"caa", store::cause::kCaa},
        {"externalAccountRequired", store::cause::kAccount},
        {"invalidContact", store::cause::kAccount},
        {"invalidProfile", store::cause::kSettings},
        {"orderNotReady", store::cause::kCaError},
        {"rateLimited", store::cause::kRateLimited},
        {"rejectedIdentifier", store::cause::kBadName},
        {"serverInternal", store::cause::kCaError},
        {"unsupportedContact", store::cause::kAccount},
        {"unsupportedIdentifier", store::cause::kBadName},
        {"userActionRequired", store::cause::kUserAction},
    }};
    const auto known = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](const auto& one) { return one.first == type; });
    if (known == kTypes.end()) return std::nullopt;
    return known->second;
}

/// What the CA met when it looked at the name.
std::string_view cause_of_validation(const CaRefusal& refusal) {
    // The places of the world differ in what they meet, and so does the type.
    if (has(refusal, "secondary validation")) return store::cause::kSecondaryValidation;
    if (refusal.type == "connection") return store::cause::kFirewall;
    return refusal.type == "dns" ? store::cause::kCaDns : store::cause::kRefused;
}

bool is_of_validation(const CaRefusal& refusal) {
    const std::string_view type = refusal.type;
    if (refusal.request == RequestKind::validation && type == "unauthorized") return true;
    return is_about_names(refusal.request) &&
           (type == "connection" || type == "dns" || type == "tls" || type == "incorrectResponse");
}

std::string_view cause_of(const CaRefusal& refusal) {
    if (refusal.type == "rateLimited" && is_pause(refusal.words)) return store::cause::kPaused;
    if (is_about_wrong_answer(refusal)) return cause_of_validation(refusal);
    if (const auto known = cause_of_type(refusal.type)) return *known;
    if (refusal.spent_validation || is_of_validation(refusal)) return cause_of_validation(refusal);
    if (is_about_external_account(refusal)) return store::cause::kAccount;
    if (refusal.type == "dns" && refusal.request == RequestKind::new_order)
        return store::cause::kCaDns;
    if (const auto of_key = cause_of_key(refusal)) return *of_key;
    if (refusal.type == "unauthorized") return cause_of_unauthorized(refusal);
    if (refusal.type == "malformed") return cause_of_malformed(refusal);
    return refusal.status == kConflict ? store::cause::kCaBusy : store::cause::kCaError;
}

std::string_view cause_of_problem(const acme::Failure& failure) {
    const acme::Problem& problem = *failure.problem;
    const auto& parts = problem.subproblems;
    const auto cause_of_one = [&](const acme::Subproblem& part) {
        return cause_of_part(failure, part);
    };
    // The problem of the whole may only sum up what is said of names.
    const bool alike =
        !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
            return cause_of_one(part) == cause_of_one(parts.front());
        });
    if (alike || (problem.is("compound") && !parts.empty())) return cause_of_one(parts.front());
    return cause_of(CaRefusal{failure.request, failure.status, acme::short_type(problem.type),
                              base::to_lower(problem.detail), !failure.invalid.empty()});
}

/// Without a problem document there is this host's own error, or a web page.
std::string_view cause_of_error(const acme::Failure& failure) {
    using base::ErrorKind;
    switch (failure.error.kind) {
        case ErrorKind::network:
        case ErrorKind::timeout:
            return failure.status == 0 ? store::cause::kCaUnreachable : store::cause::kCaError;
        case ErrorKind::protocol:
        case ErrorKind::rejected:
            return failure.status == kConflict ? store::cause::kCaBusy : store::cause::kCaError;
        case ErrorKind::invalid_input:
            return store::cause::kSettings;
        case ErrorKind::busy:
            return store::cause::kStuckRun;
        default:
            return store::cause::kHost;
    }
}

}  // namespace

std::string_view cause_of_part(const acme::Failure& failure, const acme::Subproblem& part) {
    const std::string_view type = acme::short_type(part.type);
    // Some CAs say in the whole that they refuse names, and in each part what is wrong with one.
    const auto whole = cause_of_type(acme::short_type(failure.problem->type));
    if (whole == store::cause::kBadName && !cause_of_type(type)) return *whole;
    const bool of_name = failure.request == RequestKind::new_order && part.identifier;
    if (of_name && type == "malformed") return store::cause::kBadName;
    const bool spent = part.identifier && failure.spent_validation_on(part.identifier->value);
    return cause_of(
        CaRefusal{failure.request, failure.status, type, base::to_lower(part.detail), spent});
}

bool is_rate_limit(const acme::Failure& failure) {
    // A CA that stumbled may say as well when to come back.
    const bool is_of_kind = failure.error.kind == base::ErrorKind::rate_limited;
    return failure.is("rateLimited") || (is_of_kind && !failure.is("serverInternal"));
}

std::string_view cause_of(const acme::Failure& failure) {
    if (failure.problem && is_pause(*failure.problem)) return store::cause::kPaused;
    if (is_rate_limit(failure)) return store::cause::kRateLimited;
    return failure.problem ? cause_of_problem(failure) : cause_of_error(failure);
}

}  // namespace ca
