#include "acme/revocation.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/acme_bench.h"

using acme::RevocationReason;
using acme::RevocationSigner;
using test::at_ca;

namespace {

struct Bench : test::Bench {
    Bench() : test::Bench(directory()) {}
    static acme::Directory directory() {
        acme::Directory directory = test::Bench::directory();
        directory.revoke_cert = at_ca("/revoke");
        return directory;
    }
};

}  // namespace

TEST_CASE("a certificate is revoked by its account or by its key", "[acme][rfc8555-7.6]") {
    Bench bench;
    const auto signer = GENERATE(RevocationSigner::account, RevocationSigner::certificate_key);
    bench.http.post(at_ca("/revoke"), 200, "");
    REQUIRE(bench.run(acme::revoke_certificate(bench.client, "\x01\x02\xff",
                                               RevocationReason::superseded, signer)));
    const auto& sent = bench.http.last();
    CHECK(sent.payload == R"({"certificate":"AQL_","reason":4})");
    const bool by_account = signer == RevocationSigner::account;
    CHECK(sent.protected_member("kid") == (by_account ? at_ca("/account/1") : ""));
}

TEST_CASE("what is revoked already is a success", "[acme][rfc8555-7.6]") {
    Bench bench;
    bench.http.post(at_ca("/revoke"), 400,
                    R"({"type":"urn:ietf:params:acme:error:alreadyRevoked","detail":"it is"})");
    CHECK(bench.run(acme::revoke_certificate(bench.client, "x", RevocationReason::unspecified,
                                             RevocationSigner::account)));
}

TEST_CASE("a refusal and a CA without revocation are failures", "[acme][rfc8555-7.6]") {
    Bench bench;
    bench.http.post(at_ca("/revoke"), 403,
                    R"({"type":"urn:ietf:params:acme:error:unauthorized","detail":"not yours"})");
    const auto refused = bench.run(acme::revoke_certificate(
        bench.client, "x", RevocationReason::unspecified, RevocationSigner::account));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().is("unauthorized"));
    test::Bench without;
    const auto none = without.run(acme::revoke_certificate(
        without.client, "x", RevocationReason::unspecified, RevocationSigner::account));
    REQUIRE_FALSE(none);
    CHECK(none.error().error.kind == base::ErrorKind::not_found);
}

TEST_CASE("reasons are read by word and by number", "[acme][rfc5280-5.3.1]") {
    CHECK(acme::parse_revocation_reason("keyCompromise") == RevocationReason::key_compromise);
    CHECK(acme::parse_revocation_reason("KEYCOMPROMISE") == RevocationReason::key_compromise);
    CHECK(acme::parse_revocation_reason("5") == RevocationReason::cessation_of_operation);
    CHECK(acme::parse_revocation_reason("0") == RevocationReason::unspecified);
    const char* none = GENERATE("", "2", "-1", "cACompromise", "key", "99999999999999999999");
    CAPTURE(none);
    CHECK_FALSE(acme::parse_revocation_reason(none));
}
