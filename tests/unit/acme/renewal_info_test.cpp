#include "acme/renewal_info.h"

#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/acme_bench.h"
#include "support/certificate_maker.h"
#include "support/simulated_loop.h"

using namespace std::chrono_literals;
using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using test::at_ca;

namespace {

// RFC 9773 section 4.1
const std::string kKeyIdentifier{
    "\x69\x88\x5b\x6b\x87\x46\x40\x41\xe1\xb3\x7b\x84\x7b\xa0\xae\x2c\xde\x01\xc8\xd4", 20};
const std::string kCertificateId = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";

std::string window_json(std::string_view start, std::string_view end, std::string_view more = "") {
    return R"({"suggestedWindow":{"start":")" + std::string(start) + R"(","end":")" +
           std::string(end) + "\"}" + std::string(more) + "}";
}

// RFC 9773 section 4.2
const std::string kSample = window_json("2025-01-02T04:00:00Z", "2025-01-03T04:00:00Z",
                                        R"(,"explanationURL":"https://acme.example.com/docs/ari")");

/// A CA that gives advice.
struct Bench : test::Bench {
    Bench() { directory.renewal_info = at_ca("/renewal-info"); }

    Bench& answer(int status, const std::string& body, test::ScriptedHttp::Headers headers = {}) {
        http.answer(http::Method::get, at_ca("/renewal-info/" + kCertificateId), status, body,
                    std::move(headers));
        return *this;
    }
    acme::Outcome<acme::RenewalInfo> fetch() {
        return loop.run(acme::fetch_renewal_info(http, clock, directory, kCertificateId));
    }

    acme::Directory directory = test::Bench::directory();
    test::SimulatedLoop loop{clock};
};

}  // namespace

TEST_CASE("the sample's certID is the RFC's", "[acme][rfc9773-4.1]") {
    CHECK(acme::to_certificate_id(kKeyIdentifier, std::string{"\x00\x87\x65\x43\x21", 5}) ==
          kCertificateId);
    const auto certificate = crypto::Certificate::parse_pem(
        test::make_certificate({.common_name = "x",
                                .serial_bytes = {"\x87\x65\x43\x21", 4},
                                .authority_key_identifier = kKeyIdentifier},
                               test::make_key()));
    REQUIRE(certificate);
    CHECK(acme::renewal_id(*certificate).value() == kCertificateId);
}

TEST_CASE("a certificate that names no authority's key has no certID", "[acme][rfc9773-4.1]") {
    const auto certificate = crypto::Certificate::parse_pem(
        test::make_certificate({.common_name = "x"}, test::make_key()));
    REQUIRE(certificate);
    const auto id = acme::renewal_id(*certificate);
    REQUIRE_FALSE(id);
    CHECK(id.error().kind == ErrorKind::protocol);
    CHECK_THAT(id.error().message, ContainsSubstring("Authority Key Identifier"));
}

TEST_CASE("the RFC's renewal information is read", "[acme][rfc9773-4.2]") {
    const auto info = acme::parse_renewal_info(kSample);
    REQUIRE(info);
    CHECK(base::to_rfc3339(info->start) == "2025-01-02T04:00:00Z");
    CHECK(base::to_rfc3339(info->end) == "2025-01-03T04:00:00Z");
    CHECK(info->explanation_url == "https://acme.example.com/docs/ari");
    CHECK(info->ask_again == 6h);
}

TEST_CASE("fractions and offsets of a window are understood", "[acme][rfc9773-4.2]") {
    const auto info = acme::parse_renewal_info(
        window_json("2025-01-02T05:00:00.999+01:00", "2025-01-02T04:00:01.5Z"));
    REQUIRE(info);
    CHECK(base::to_rfc3339(info->start) == "2025-01-02T04:00:00Z");
    CHECK(base::to_rfc3339(info->end) == "2025-01-02T04:00:01Z");
}

TEST_CASE("a window that is empty or reversed is refused", "[acme][rfc9773-4.2]") {
    const std::string end = GENERATE("2025-01-02T04:00:00Z", "2025-01-02T03:59:59Z");
    CAPTURE(end);
    const auto info = acme::parse_renewal_info(window_json("2025-01-02T04:00:00Z", end));
    REQUIRE_FALSE(info);
    CHECK(info.error().kind == ErrorKind::protocol);
    CHECK_THAT(info.error().message, ContainsSubstring("is not after its start"));
}

TEST_CASE("renewal information without a window of two times is refused", "[acme][rfc9773-4.2]") {
    const std::string text =
        GENERATE(as<std::string>{}, "", "{", "null", "[]", "{}", R"({"suggestedWindow":null})",
                 R"({"suggestedWindow":"2025-01-02T04:00:00Z"})",
                 R"({"suggestedWindow":{"start":"2025-01-02T04:00:00Z"}})",
                 R"({"suggestedWindow":{"end":"2025-01-02T04:00:00Z"}})",
                 R"({"suggestedWindow":{"start":1,"end":2}})",
                 window_json("2025-01-02", "2025-01-03T04:00:00Z"),
                 window_json("2025-01-02T04:00:00Z", "tomorrow"),
                 window_json("2025-02-30T04:00:00Z", "2025-03-03T04:00:00Z"));
    CAPTURE(text);
    const auto info = acme::parse_renewal_info(text);
    REQUIRE_FALSE(info);
    CHECK(info.error().kind == ErrorKind::protocol);
}

TEST_CASE("a page that is not https is not shown to anyone", "[acme][rfc9773-4.2]") {
    const std::string member = GENERATE(R"(,"explanationURL":"http://ca.example/why")",
                                        R"(,"explanationURL":"javascript:x")",
                                        R"(,"explanationURL":"")", R"(,"explanationURL":7)", "");
    CAPTURE(member);
    const auto info = acme::parse_renewal_info(
        window_json("2025-01-02T04:00:00Z", "2025-01-03T04:00:00Z", member));
    REQUIRE(info);
    CHECK(info->explanation_url.empty());
}

TEST_CASE("the advice is one GET without signature", "[acme][rfc9773-4.1]") {
    Bench bench;
    bench.answer(200, kSample, {{"retry-after", "21600"}});
    const auto info = bench.fetch();
    REQUIRE(info);
    CHECK(base::to_rfc3339(info->start) == "2025-01-02T04:00:00Z");
    REQUIRE(bench.http.sent().size() == 1);
    const auto& request = bench.http.last().request;
    CHECK(request.body.empty());
    CHECK(request.scheme == http::Scheme::https_only);
    CHECK(bench.http.last().header("Accept") == "application/json");
}

TEST_CASE("Retry-After tells when to ask again, between a minute and a day",
          "[acme][rfc9773-4.3.2]") {
    struct Case {
        test::ScriptedHttp::Headers headers;
        std::chrono::seconds pause;
    };
    const auto [headers, pause] = GENERATE(
        Case{{}, 6h}, Case{{{"retry-after", "7200"}}, 2h}, Case{{{"retry-after", "0"}}, 1min},
        Case{{{"retry-after", "59"}}, 1min}, Case{{{"retry-after", "61"}}, 61s},
        Case{{{"retry-after", "86401"}}, 24h}, Case{{{"retry-after", "99999999999999999999"}}, 24h},
        Case{{{"retry-after", "soon"}}, 6h},
        Case{{{"date", "Sun, 06 Nov 1994 08:00:00 GMT"},
              {"retry-after", "Sun, 06 Nov 1994 09:00:00 GMT"}},
             1h},
        Case{{{"retry-after", "Sun, 06 Nov 1994 09:00:00 GMT"}}, 1min});
    Bench bench;
    bench.answer(200, kSample, headers);
    const auto info = bench.fetch();
    REQUIRE(info);
    CHECK(info->ask_again == pause);
}

TEST_CASE("a CA without advice is not asked", "[acme][rfc9773]") {
    Bench bench;
    bench.directory.renewal_info.clear();
    const auto info = bench.fetch();
    REQUIRE_FALSE(info);
    CHECK(info.error().error.kind == ErrorKind::not_found);
    CHECK(info.error().error.message == "ca.example gives no advice on when to renew");
    CHECK(bench.http.sent().empty());
}

TEST_CASE("answers without advice are failures that say why", "[acme][rfc9773-4.3.3]") {
    Bench bench;
    SECTION("not known to the CA") {
        bench.answer(404, R"({"type":"urn:ietf:params:acme:error:malformed","detail":"no"})");
        const auto info = bench.fetch();
        REQUIRE_FALSE(info);
        CHECK(info.error().error.kind == ErrorKind::rejected);
        CHECK(info.error().status == 404);
        CHECK(info.error().url == at_ca("/renewal-info/" + kCertificateId));
    }
    SECTION("busy") {
        bench.answer(503, "", {{"retry-after", "120"}});
        const auto info = bench.fetch();
        REQUIRE_FALSE(info);
        CHECK(info.error().error.kind == ErrorKind::rate_limited);
        CHECK(info.error().error.retry_at == bench.clock.now() + 2min);
    }
    SECTION("a page") {
        bench.answer(200, "<html>Portal</html>", {{"content-type", "text/html"}});
        const auto info = bench.fetch();
        REQUIRE_FALSE(info);
        CHECK(info.error().error.kind == ErrorKind::protocol);
        CHECK_THAT(info.error().error.message,
                   ContainsSubstring("instead of renewal information: Portal"));
    }
    SECTION("a reversed window") {
        bench.answer(200, window_json("2025-01-02T04:00:00Z", "2024-01-02T04:00:00Z"));
        const auto info = bench.fetch();
        REQUIRE_FALSE(info);
        CHECK(info.error().error.kind == ErrorKind::protocol);
        CHECK_THAT(info.error().error.message, ContainsSubstring("suggestedWindow ends at "));
    }
    SECTION("none at all") {
        bench.http.lose(http::Method::get, at_ca("/renewal-info/" + kCertificateId),
                        ErrorKind::timeout);
        const auto info = bench.fetch();
        REQUIRE_FALSE(info);
        CHECK(info.error().error.kind == ErrorKind::timeout);
        CHECK(info.error().unanswered());
    }
}
