#include "orders/rehearsal.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace {

acme::Failure refusal(const std::string& type, const std::string& detail = "no") {
    acme::Failure failure = acme::fail(base::ErrorKind::rejected, "x", "https://ca.test/");
    failure.problem = acme::Problem{};
    failure.problem->type = "urn:ietf:params:acme:error:" + type;
    failure.problem->detail = detail;
    return failure;
}

}  // namespace

TEST_CASE("a rehearsal only tells of names", "[orders][design-4.4]") {
    const std::vector<std::string> names{"a.test", "b.test"};
    const auto is_verdict = [&](const acme::Failure& failure) {
        return orders::is_verdict(failure, names);
    };
    auto failed = refusal("unauthorized", "Invalid response");
    CHECK_FALSE(is_verdict(failed));
    failed.invalid = {acme::to_identifier("a.test")};
    CHECK(is_verdict(failed));
    CHECK(is_verdict(refusal("caa", "CAA record for a.test prevents issuance")));
    CHECK(is_verdict(refusal("rejectedIdentifier", "Cannot issue for \"b.test\"")));
    // Of the account, the profile or the key at that CA.
    for (const char* type : {"unauthorized", "externalAccountRequired", "userActionRequired",
                             "invalidProfile", "badCSR", "rateLimited", "malformed"}) {
        CAPTURE(type);
        CHECK_FALSE(is_verdict(refusal(type)));
    }
    auto overdue = refusal("connection");
    overdue.error.kind = base::ErrorKind::timeout;
    CHECK_FALSE(is_verdict(overdue));
}
