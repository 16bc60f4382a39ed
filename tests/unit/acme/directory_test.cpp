#include "acme/directory.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/acme_bench.h"
#include "support/simulated_loop.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using test::at_ca;

namespace {

// RFC 8555 section 7.1.1, with RFC 9773's renewalInfo, profiles and unknown members.
constexpr auto kDirectory = R"({
  "newNonce": "https://example.com/acme/new-nonce",
  "newAccount": "https://example.com/acme/new-account",
  "newOrder": "https://example.com/acme/new-order",
  "newAuthz": "https://example.com/acme/new-authz",
  "revokeCert": "https://example.com/acme/revoke-cert",
  "keyChange": "https://example.com/acme/key-change",
  "renewalInfo": "https://example.com/acme/renewal-info",
  "xjQ1nV0": "https://community.letsencrypt.org/t/adding-random-entries/33417",
  "meta": {
    "termsOfService": "https://example.com/acme/terms/2017-5-30",
    "website": "https://www.example.com/",
    "caaIdentities": ["example.com"],
    "externalAccountRequired": true,
    "profiles": {"classic": "https://example.com/classic", "odd": 7},
    "unknown": null
  }
})";

constexpr auto kLeast = R"({"newNonce":"https://a/n","newAccount":"https://a/a",)"
                        R"("newOrder":"https://a/o"})";

acme::Outcome<acme::Directory> fetch_directory(test::Bench& bench) {
    test::SimulatedLoop loop{bench.clock};
    return loop.run(acme::fetch_directory(bench.http, bench.clock, at_ca("/directory")));
}

}  // namespace

TEST_CASE("the RFC's directory is read, what is unknown is left", "[acme][rfc8555-7.1.1]") {
    const auto directory = acme::parse_directory(kDirectory, "https://example.com/directory");
    REQUIRE(directory);
    CHECK(directory->url == "https://example.com/directory");
    CHECK(directory->new_nonce == "https://example.com/acme/new-nonce");
    CHECK(directory->new_account == "https://example.com/acme/new-account");
    CHECK(directory->new_order == "https://example.com/acme/new-order");
    CHECK(directory->revoke_cert == "https://example.com/acme/revoke-cert");
    CHECK(directory->key_change == "https://example.com/acme/key-change");
    CHECK(directory->renewal_info == "https://example.com/acme/renewal-info");
    CHECK(directory->caa_identities == std::vector<std::string>{"example.com"});
    CHECK(directory->external_account_required);
    REQUIRE(directory->profiles.size() == 2);
    CHECK(directory->profiles[0].first == "classic");
    CHECK(directory->profiles[0].second == "https://example.com/classic");
    CHECK(directory->profiles[1].second.empty());
    CHECK(directory->text == kDirectory);
}

TEST_CASE("a profile is offered under exactly its name", "[acme]") {
    const auto directory = acme::parse_directory(kDirectory, "https://example.com/directory");
    REQUIRE(directory);
    CHECK(acme::offers_profile(*directory, "classic"));
    CHECK(acme::offers_profile(*directory, "odd"));
    const std::string other = GENERATE("", "Classic", "class", "https://example.com/classic");
    CAPTURE(other);
    CHECK_FALSE(acme::offers_profile(*directory, other));
    CHECK_FALSE(acme::offers_profile(acme::Directory{}, "classic"));
}

TEST_CASE("three URLs are all a directory needs", "[acme][rfc8555-7.1.1]") {
    const auto directory = acme::parse_directory(kLeast, "https://a/");
    REQUIRE(directory);
    CHECK(directory->revoke_cert.empty());
    CHECK(directory->renewal_info.empty());
    CHECK_FALSE(directory->external_account_required);
    CHECK(directory->profiles.empty());
}

TEST_CASE("a directory without a URL that is needed, or with a plain one, is refused",
          "[acme][rfc8555-6.1]") {
    const std::string text =
        GENERATE("", "null", "[]", "\"x\"", "{", "<html></html>", "{}",
                 R"({"newNonce":"https://a/n","newAccount":"https://a/a"})",
                 R"({"newNonce":"https://a/n","newAccount":"https://a/a","newOrder":""})",
                 R"({"newNonce":"https://a/n","newAccount":"https://a/a","newOrder":7})",
                 R"({"newNonce":"http://a/n","newAccount":"https://a/a","newOrder":"https://a/o"})",
                 R"({"newNonce":"https://a/n","newAccount":"https://a/a","newOrder":"https://a/o",)"
                 R"("revokeCert":"http://a/r"})");
    CAPTURE(text);
    const auto directory = acme::parse_directory(text, "https://a/");
    REQUIRE_FALSE(directory);
    CHECK(directory.error().kind == ErrorKind::protocol);
}

TEST_CASE("the directory is one plain GET", "[acme][rfc8555-7.1.1]") {
    test::Bench bench;
    bench.http.answer(http::Method::get, at_ca("/directory"), 200, kLeast);
    const auto directory = fetch_directory(bench);
    REQUIRE(directory);
    CHECK(directory->url == at_ca("/directory"));
    CHECK(bench.http.last().request.scheme == http::Scheme::https_only);
}

TEST_CASE("a CA that answers HTML is told so, in the page's words", "[acme]") {
    test::Bench bench;
    const std::string page =
        "<html><head><title>Welcome</title><style>p{}</style></head>\n<body><p>to \x1b[31mhere"
        "</p><script>x<y</script></body></html>";
    const int status = GENERATE(200, 404);
    bench.http.answer(http::Method::get, at_ca("/directory"), status, page,
                      {{"content-type", "text/html; charset=utf-8"}});
    const auto directory = fetch_directory(bench);
    REQUIRE_FALSE(directory);
    CHECK(directory.error().error.kind == ErrorKind::protocol);
    CHECK(directory.error().status == status);
    CHECK_THAT(directory.error().error.message,
               ContainsSubstring("ca.example answered " + std::to_string(status) +
                                 " with text/html; charset=utf-8 instead of ") &&
                   ContainsSubstring(": Welcome to ?[31mhere"));
}

TEST_CASE("a directory that is JSON but no directory says what is missing", "[acme]") {
    test::Bench bench;
    bench.http.answer(http::Method::get, at_ca("/directory"), 200, "{}");
    const auto directory = fetch_directory(bench);
    REQUIRE_FALSE(directory);
    CHECK(directory.error().error.kind == ErrorKind::protocol);
    CHECK_THAT(directory.error().error.message, ContainsSubstring("newNonce"));
}

TEST_CASE("a directory that cannot be fetched keeps the transport's reason", "[acme]") {
    test::Bench bench;
    bench.http.lose(http::Method::get, at_ca("/directory"), ErrorKind::timeout);
    const auto directory = fetch_directory(bench);
    REQUIRE_FALSE(directory);
    CHECK(directory.error().error.kind == ErrorKind::timeout);
    CHECK(directory.error().status == 0);
    CHECK(directory.error().unanswered());
}
