#include "ca/cause_of_failure.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "store/cause.h"

namespace cause = store::cause;
using acme::RequestKind;
using ca::cause_of;
using ca::cause_of_part;

namespace {

const std::string kPrefix = "urn:ietf:params:acme:error:";

acme::Failure failure(base::ErrorKind kind, int status = 0) {
    acme::Failure failed = acme::fail(kind, "x", "https://ca.test/");
    failed.status = status;
    return failed;
}

/// A refused validation of these names.
acme::Failure refused(const std::string& type, std::vector<acme::Subproblem> parts) {
    acme::Failure failed = failure(base::ErrorKind::rejected);
    failed.request = RequestKind::validation;
    failed.problem = acme::Problem{};
    failed.problem->type = kPrefix + type;
    for (const acme::Subproblem& part : parts)
        failed.invalid.push_back(*part.identifier);
    failed.problem->subproblems = std::move(parts);
    return failed;
}

acme::Subproblem part(const std::string& type, const std::string& name,
                      const std::string& detail = "no") {
    return {kPrefix + type, detail, acme::Identifier{"dns", name}};
}

}  // namespace

TEST_CASE("without a problem document the error's kind tells", "[ca][design-2.1]") {
    using base::ErrorKind;
    CHECK(cause_of(failure(ErrorKind::network)) == cause::kCaUnreachable);
    CHECK(cause_of(failure(ErrorKind::timeout)) == cause::kCaUnreachable);
    CHECK(cause_of(failure(ErrorKind::timeout, 200)) == cause::kCaError);
    CHECK(cause_of(failure(ErrorKind::network, 502)) == cause::kCaError);
    CHECK(cause_of(failure(ErrorKind::protocol, 403)) == cause::kCaError);
    CHECK(cause_of(failure(ErrorKind::rate_limited, 503)) == cause::kRateLimited);
    CHECK(cause_of(failure(ErrorKind::invalid_input)) == cause::kSettings);
    CHECK(cause_of(failure(ErrorKind::busy)) == cause::kStuckRun);
    CHECK(cause_of(failure(ErrorKind::io)) == cause::kHost);
}

TEST_CASE("the words about the names count for the order", "[ca][design-2.1]") {
    const std::string late = "During Secondary Validation: 404";
    CHECK(cause_of(refused("unauthorized", {part("unauthorized", "a.test", late)})) ==
          cause::kSecondaryValidation);
    CHECK(cause_of(refused("compound", {part("dns", "a.test"), part("dns", "b.test")})) ==
          cause::kCaDns);
    const auto mixed = refused("compound", {part("caa", "a.test"), part("dns", "b.test")});
    CHECK(cause_of(mixed) == cause::kCaa);
    CHECK(cause_of_part(mixed, mixed.problem->subproblems.back()) == cause::kCaDns);
}

TEST_CASE("an authorization that did not turn invalid is not told as a failed validation",
          "[ca][rfc8555-7.1.6]") {
    auto failed = refused("unauthorized", {part("x", "a.test", "the authorization is expired")});
    failed.problem->subproblems.front().type = "about:blank";
    CHECK(cause_of(failed) == cause::kRefused);
    failed.invalid.clear();
    CHECK(cause_of(failed) == cause::kCaError);
}

TEST_CASE("one error means another thing at another place", "[ca][rfc8555-6.7]") {
    acme::Failure failed = failure(base::ErrorKind::rejected, 403);
    failed.problem = acme::Problem{};
    failed.problem->type = kPrefix + "unauthorized";
    failed.request = RequestKind::new_order;
    CHECK(cause_of(failed) == cause::kAccountClosed);
    failed.request = RequestKind::account;
    CHECK(cause_of(failed) == cause::kAccountClosed);
    failed.request = RequestKind::validation;
    CHECK(cause_of(failed) == cause::kRefused);
    failed.request = RequestKind::certificate;
    CHECK(cause_of(failed) == cause::kCaError);
    failed.request = RequestKind::revocation;
    CHECK(cause_of(failed) == cause::kCaError);
}

TEST_CASE("an external account that is refused is told as that, whatever the type",
          "[ca][rfc8555-7.3.4]") {
    acme::Failure failed = failure(base::ErrorKind::rejected, 400);
    failed.request = RequestKind::new_account;
    failed.problem = acme::Problem{};
    const std::vector<std::pair<std::string, std::string>> said{
        {"malformed", "[External Account Binding] The account is not awaiting it"},
        {"malformed", "Unknown external account binding (EAB) key"},
        {"unauthorized", "the field 'kid' references an unknown key"},
        {"badPublicKey", "the field 'kid' references a key that is not known"},
        {"unauthorized", "HMAC verification failed"},
    };
    for (const auto& [type, words] : said) {
        CAPTURE(type, words);
        failed.problem->type = kPrefix + type;
        failed.problem->detail = words;
        CHECK(cause_of(failed) == cause::kAccount);
    }
}

TEST_CASE("an error of the CA's own is no limit because it says when to come back",
          "[ca][limits]") {
    acme::Failure failed = failure(base::ErrorKind::rate_limited, 503);
    failed.problem = acme::Problem{};
    failed.problem->type = kPrefix + "serverInternal";
    CHECK(cause_of(failed) == cause::kCaError);
    failed.problem->type = kPrefix + "rateLimited";
    CHECK(cause_of(failed) == cause::kRateLimited);
}

TEST_CASE("names may be refused in the whole, or in each part", "[ca][rfc8555-6.7.1]") {
    acme::Failure failed = failure(base::ErrorKind::rejected, 400);
    failed.problem = acme::Problem{};
    failed.problem->subproblems = {part("malformed", "a.test")};
    const auto cause_at = [&](RequestKind request, const std::string& type) {
        failed.request = request;
        failed.problem->type = kPrefix + type;
        return cause_of_part(failed, failed.problem->subproblems.front());
    };
    CHECK(cause_at(RequestKind::new_order, "malformed") == cause::kBadName);
    CHECK(cause_at(RequestKind::finalize, "rejectedIdentifier") == cause::kBadName);
    CHECK(cause_at(RequestKind::finalize, "malformed") == cause::kBadRequest);
}

TEST_CASE("a CA that refuses the certificate's key for ever says so", "[ca]") {
    acme::Failure failed = failure(base::ErrorKind::rejected, 400);
    failed.request = RequestKind::finalize;
    failed.problem = acme::Problem{};
    const auto cause_with = [&](const std::string& type, const std::string& detail) {
        failed.problem->type = kPrefix + type;
        failed.problem->detail = detail;
        return cause_of(failed);
    };
    for (const char* type : {"badCSR", "badPublicKey"}) {
        CAPTURE(type);
        CHECK(cause_with(type, "invalid public key in CSR: public key is forbidden") ==
              cause::kBlockedKey);
        CHECK(cause_with(type, "The key is blocked") == cause::kBlockedKey);
        CHECK(cause_with(type, "Public Key is known to be compromised") == cause::kBlockedKey);
        CHECK(cause_with(type, "key is on our blocklist") == cause::kBlockedKey);
        CHECK(cause_with(type, "the name a.example is forbidden") == cause::kBadCsr);
    }
    CHECK(cause_with("rejectedIdentifier", "key is forbidden") == cause::kBadName);
    failed.request = RequestKind::new_order;
    CHECK(cause_with("badPublicKey", "invalid request signing key: public key is forbidden") ==
          cause::kAccountClosed);
}

TEST_CASE("a limit that pauses names is a cause of its own", "[ca][limits]") {
    acme::Failure limited = failure(base::ErrorKind::rate_limited, 429);
    limited.request = RequestKind::new_order;
    limited.problem = acme::Problem{};
    limited.problem->type = kPrefix + "rateLimited";
    limited.problem->detail = "too many new orders";
    CHECK(cause_of(limited) == cause::kRateLimited);
    limited.problem->detail = "Your account is temporarily prevented from requesting certificates";
    CHECK(cause_of(limited) == cause::kPaused);
    CHECK(cause_of_part(limited, part("rateLimited", "a.test", "a.test is paused")) ==
          cause::kPaused);
    CHECK(cause_of_part(limited, part("rateLimited", "a.test", "too many failures")) ==
          cause::kRateLimited);
    // What only the link says is no word of the CA's.
    limited.problem->detail = "too many orders: see https://ca.test/paused";
    CHECK(cause_of(limited) == cause::kRateLimited);
}

TEST_CASE("the words of a CA tell what a type of many meanings is about", "[ca][design-2.1]") {
    struct Row {
        const char* type;
        RequestKind request;
        const char* words;
        std::string_view cause;
    };
    const std::vector<Row> rows{
        {"malformed", RequestKind::new_order, "Order cannot contain more than 25 identifiers",
         cause::kTooManyNames},
        {"malformed", RequestKind::new_order, "Cannot issue for \"x.local\"", cause::kBadName},
        {"malformed", RequestKind::new_order, "Invalid expiry", cause::kBadRequest},
        {"malformed", RequestKind::account, "more than 25 identifiers", cause::kBadRequest},
        {"malformed", RequestKind::finalize, "Error parsing certificate request", cause::kBadCsr},
        {"malformed", RequestKind::finalize, "Parse error reading JWS", cause::kAccountKey},
        {"malformed", RequestKind::order, "the signature is wrong", cause::kAccountKey},
        {"unauthorized", RequestKind::finalize, "Account is not valid, has status \"deactivated\"",
         cause::kAccountClosed},
        {"unauthorized", RequestKind::new_order, "not permitted to use certificate profile \"x\"",
         cause::kSettings},
        {"unauthorized", RequestKind::finalize, "not your order", cause::kCaError},
        {"dns", RequestKind::new_order, "looking up CAA", cause::kCaDns},
        {"dns", RequestKind::account, "MX of the contact", cause::kCaError},
    };
    acme::Failure failed = failure(base::ErrorKind::rejected, 403);
    failed.problem = acme::Problem{};
    for (const Row& row : rows) {
        CAPTURE(row.type, row.words);
        failed.request = row.request;
        failed.problem->type = kPrefix + row.type;
        failed.problem->detail = row.words;
        CHECK(cause_of(failed) == row.cause);
    }
    failed.problem->type = kPrefix + "malformed";
    failed.problem->detail = "no such order";
    failed.status = 404;
    CHECK(cause_of(failed) == cause::kCaError);
}

TEST_CASE("a CA that calls a name rejected for a wrong answer means the answer", "[ca]") {
    const std::string words = "keyAuthorization does not match";
    auto failed = refused("rejectedIdentifier", {part("rejectedIdentifier", "a.test", words)});
    CHECK(cause_of(failed) == cause::kRefused);
    failed.problem->subproblems.front().detail = "the name is forbidden by policy";
    CHECK(cause_of(failed) == cause::kBadName);
}
