#include "acme/certificate_chain.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/acme_bench.h"

using test::at_ca;

namespace {

constexpr auto kPem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

}  // namespace

TEST_CASE("a chain is fetched as PEM, its alternates are only named", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    const std::string type = GENERATE("application/pem-certificate-chain",
                                      "Application/PEM-Certificate-Chain ; charset=utf-8");
    bench.http.post(at_ca("/cert/1"), 200, kPem,
                    {{"content-type", type},
                     {"link", R"(<https://ca.example/directory>;rel="index")"},
                     {"link", R"(</cert/1/1>;rel="alternate", </cert/1/2>;rel="alternate")"}});
    const auto certificate = bench.run(acme::fetch_certificate(bench.client, at_ca("/cert/1")));
    REQUIRE(certificate);
    CHECK(certificate->chain_pem == kPem);
    CHECK(certificate->url == at_ca("/cert/1"));
    CHECK(certificate->alternates ==
          std::vector<std::string>{at_ca("/cert/1/1"), at_ca("/cert/1/2")});
    CHECK(bench.http.last().header("Accept") == "application/pem-certificate-chain");
    CHECK(bench.http.sent().size() == 1);
}

TEST_CASE("a certificate counts by its content, whatever type the answer claims",
          "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    const std::string type = GENERATE("application/pkix-cert", "text/plain", "");
    const std::string around = GENERATE("", "subject=CN = a.example\n");
    bench.http.post(at_ca("/cert/1"), 200, around + kPem, {{"content-type", type}});
    const auto certificate = bench.run(acme::fetch_certificate(bench.client, at_ca("/cert/1")));
    REQUIRE(certificate);
    CHECK(certificate->chain_pem == kPem);
}

TEST_CASE("what is no PEM chain is refused", "[acme][rfc8555-7.4.2]") {
    test::Bench bench;
    const std::string body = GENERATE("<html>Sorry</html>", "-----BEGIN CERTIFICATE-----\nMAA=\n");
    bench.http.post(at_ca("/cert/1"), 200, body,
                    {{"content-type", "application/pem-certificate-chain"}});
    const auto certificate = bench.run(acme::fetch_certificate(bench.client, at_ca("/cert/1")));
    REQUIRE_FALSE(certificate);
    CHECK(certificate.error().error.kind == base::ErrorKind::protocol);
    CHECK_THAT(certificate.error().error.message,
               Catch::Matchers::ContainsSubstring("PEM certificate chain"));
}
