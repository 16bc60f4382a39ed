#include "lifecycle/blocked_key.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace {

acme::Failure refusal(const std::string& type, const std::string& detail) {
    acme::Failure failure = acme::fail(base::ErrorKind::rejected, "no", "https://ca.example/f");
    failure.problem = acme::Problem{};
    failure.problem->type = "urn:ietf:params:acme:error:" + type;
    failure.problem->detail = detail;
    return failure;
}

}  // namespace

TEST_CASE("a CA that refuses the certificate's key for ever says so", "[lifecycle]") {
    const std::string type = GENERATE("badCSR", "badPublicKey");
    const std::string detail = GENERATE(
        "Error finalizing order :: invalid public key in CSR: public key is forbidden",
        "The key is blocked", "Public Key is known to be compromised", "key is on our blocklist");
    CHECK(lifecycle::is_blocked_key(refusal(type, detail)));
}

TEST_CASE("other refusals do not block the certificate's key", "[lifecycle]") {
    CHECK_FALSE(lifecycle::is_blocked_key(
        refusal("badPublicKey",
                "Unable to validate JWS :: invalid request signing key: public key is forbidden")));
    CHECK_FALSE(lifecycle::is_blocked_key(refusal("badCSR", "CSR contains no DNS names")));
    CHECK_FALSE(lifecycle::is_blocked_key(refusal("badCSR", "the name a.example is forbidden")));
    CHECK_FALSE(lifecycle::is_blocked_key(refusal("rejectedIdentifier", "key is forbidden")));
    CHECK_FALSE(lifecycle::is_blocked_key(
        acme::fail(base::ErrorKind::network, "key is blocked", "https://ca.example/f")));
}
