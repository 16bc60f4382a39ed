#include "acme/preferred_chain.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/acme_bench.h"
#include "support/certificate_maker.h"

using test::at_ca;

namespace {

/// A chain of one certificate, issued by that name.
std::string chain_of(const std::string& issuer) {
    return test::make_certificate(
        {.common_name = "leaf", .names = {"a.test"}, .issuer_name = issuer}, test::make_key());
}

acme::IssuedCertificate issued() {
    return {chain_of("Root X1"), at_ca("/cert"), {at_ca("/cert/1"), at_ca("/cert/2")}};
}

const test::ScriptedHttp::Headers kPem{{"content-type", "application/pem-certificate-chain"}};

}  // namespace

TEST_CASE("the chain that fits already costs no request", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    auto certificate = issued();
    const std::string before = certificate.chain_pem;
    CHECK(bench.run(acme::prefer_chain(bench.client, certificate, "Root X1")).value());
    CHECK(certificate.chain_pem == before);
    CHECK(bench.http.sent().empty());
}

TEST_CASE("alternates are fetched until one fits", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    const std::string wanted = chain_of("Root X2");
    bench.http.post(at_ca("/cert/1"), 200, chain_of("Root X3"), kPem);
    bench.http.post(at_ca("/cert/2"), 200, wanted, kPem);
    auto certificate = issued();
    CHECK(bench.run(acme::prefer_chain(bench.client, certificate, "Root X2")).value());
    CHECK(certificate.chain_pem == wanted);
    CHECK(certificate.url == at_ca("/cert"));
}

TEST_CASE("without a chain that fits the CA's own stays", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    bench.http.post(at_ca("/cert/1"), 200, chain_of("Root X3"), kPem);
    bench.http.post(at_ca("/cert/2"), 200, chain_of("Root X4"), kPem);
    auto certificate = issued();
    const std::string before = certificate.chain_pem;
    CHECK_FALSE(bench.run(acme::prefer_chain(bench.client, certificate, "Root X2")).value());
    CHECK(certificate.chain_pem == before);
}

TEST_CASE("an alternate that cannot be fetched is passed by", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    const std::string wanted = chain_of("Root X2");
    bench.http.post(at_ca("/cert/2"), 200, wanted, kPem);
    auto certificate = issued();
    certificate.alternates.front() = "http://ca.example/cert/1";
    CHECK(bench.run(acme::prefer_chain(bench.client, certificate, "Root X2")).value());
    CHECK(certificate.chain_pem == wanted);
}

TEST_CASE("that one could not be fetched is told where none fits", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    bench.http.post(at_ca("/cert/2"), 200, chain_of("Root X3"), kPem);
    auto certificate = issued();
    certificate.alternates.front() = "http://ca.example/cert/1";
    CHECK_FALSE(bench.run(acme::prefer_chain(bench.client, certificate, "Root X2")));
}

TEST_CASE("a CA that does not answer is asked for no further alternate", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    bench.http.lose(http::Method::post, at_ca("/cert/1"));
    auto certificate = issued();
    CHECK_FALSE(bench.run(acme::prefer_chain(bench.client, certificate, "Root X2")));
}
