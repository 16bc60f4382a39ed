#include "acme/client.h"

#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "acme/unusable_answer.h"
#include "support/acme_bench.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using http::Method;
using test::at_ca;

namespace {

constexpr auto kBadNonce =
    R"({"type":"urn:ietf:params:acme:error:badNonce","detail":"JWS has an invalid nonce"})";

}  // namespace

TEST_CASE("a POST is a JWS for the account, with the nonce of the answer before",
          "[acme][rfc8555-6.2]") {
    test::Bench bench;
    bench.http.post(at_ca("/a"), 200, "{}").post(at_ca("/b"), 200, "{}");
    REQUIRE(bench.run(bench.client.post(at_ca("/a"), "{}")));
    REQUIRE(bench.run(bench.client.post_as_get(at_ca("/b"))));
    const auto& first = bench.http.sent()[0];
    CHECK(first.header("Content-Type") == "application/jose+json");
    CHECK(first.payload == "{}");
    CHECK(first.protected_member("alg") == "ES256");
    CHECK(first.protected_member("kid") == at_ca("/account/1"));
    CHECK(first.protected_member("url") == at_ca("/a"));
    CHECK(first.protected_member("nonce") == "nonce0");
    const auto& second = bench.http.sent()[1];
    CHECK(second.payload.empty());
    CHECK(second.protected_member("nonce") == "nonce1");
}

TEST_CASE("without a nonce one is fetched with HEAD", "[acme][rfc8555-7.2]") {
    test::Bench bench;
    bench.client.nonces().clear();
    bench.http.answer(Method::head, at_ca("/new-nonce"), 200, "").post(at_ca("/a"), 200, "{}");
    REQUIRE(bench.run(bench.client.post(at_ca("/a"), "{}")));
    CHECK(bench.http.last().protected_member("nonce") == "nonce1");
}

TEST_CASE("newNonce without a usable nonce is a failure", "[acme][rfc8555-6.5.1]") {
    test::Bench bench;
    bench.client.nonces().clear();
    const std::string nonce = GENERATE("", "not a nonce");
    bench.http.answer(Method::head, at_ca("/new-nonce"), 204, "", {{"replay-nonce", nonce}});
    const auto answer = bench.run(bench.client.post(at_ca("/a"), "{}"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.kind == ErrorKind::protocol);
    CHECK(answer.error().url == at_ca("/new-nonce"));
}

TEST_CASE("a failing newNonce is told as such", "[acme]") {
    test::Bench bench;
    bench.client.nonces().clear();
    SECTION("refused") {
        bench.http.answer(Method::head, at_ca("/new-nonce"), 500, "");
    }
    SECTION("lost") {
        bench.http.lose(Method::head, at_ca("/new-nonce"));
    }
    const auto answer = bench.run(bench.client.post(at_ca("/a"), "{}"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.kind == ErrorKind::network);
}

TEST_CASE("an answer without nonce costs a newNonce, no failure", "[acme][rfc8555-6.5]") {
    test::Bench bench;
    bench.http.post(at_ca("/a"), 200, "{}", {{"replay-nonce", ""}})
        .answer(Method::head, at_ca("/new-nonce"), 200, "")
        .post(at_ca("/b"), 200, "{}");
    REQUIRE(bench.run(bench.client.post(at_ca("/a"), "{}")));
    REQUIRE(bench.run(bench.client.post(at_ca("/b"), "{}")));
}

TEST_CASE("badNonce is signed again at once with the nonce that came with it",
          "[acme][rfc8555-6.5]") {
    test::Bench bench;
    bench.client.nonces().clear();
    bench.client.nonces().add("stale1");
    bench.client.nonces().add("stale2");
    bench.http.post(at_ca("/a"), 400, kBadNonce).post(at_ca("/a"), 200, "{}");
    REQUIRE(bench.run(bench.client.post(at_ca("/a"), "{\"x\":1}")));
    CHECK(bench.http.sent()[0].protected_member("nonce") == "stale2");
    CHECK(bench.http.sent()[1].protected_member("nonce") == "nonce1");
    CHECK(bench.http.sent()[0].payload == bench.http.sent()[1].payload);
    CHECK(bench.http.sent()[0].request.body != bench.http.sent()[1].request.body);
    CHECK(bench.clock.passed().count() == 0);
}

TEST_CASE("a stale nonce takes the older ones with it", "[acme]") {
    test::Bench bench;
    bench.client.nonces().add("stale");
    bench.http.post(at_ca("/a"), 400, kBadNonce, {{"replay-nonce", ""}})
        .answer(Method::head, at_ca("/new-nonce"), 200, "")
        .post(at_ca("/a"), 200, "{}");
    REQUIRE(bench.run(bench.client.post(at_ca("/a"), "{}")));
}

TEST_CASE("after ten repetitions badNonce is given up with the CA's words", "[acme]") {
    test::Bench bench;
    for (int i = 0; i < 11; ++i)
        bench.http.post(at_ca("/a"), 400, kBadNonce);
    const auto answer = bench.run(bench.client.post(at_ca("/a"), "{}"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().is("badNonce"));
    CHECK(answer.error().error.kind == ErrorKind::rejected);
    CHECK_THAT(answer.error().error.message, ContainsSubstring("JWS has an invalid nonce"));
    CHECK(bench.http.left() == 0);
}

TEST_CASE("the nonce of an error is kept", "[acme][rfc8555-6.5]") {
    test::Bench bench;
    bench.http.post(at_ca("/a"), 403, R"({"type":"urn:ietf:params:acme:error:unauthorized"})")
        .post(at_ca("/b"), 200, "{}");
    REQUIRE_FALSE(bench.run(bench.client.post(at_ca("/a"), "{}")));
    REQUIRE(bench.run(bench.client.post(at_ca("/b"), "{}")));
    CHECK(bench.http.last().protected_member("nonce") == "nonce1");
}

TEST_CASE("a lost answer is a failure, and its nonce is not used again", "[acme][rfc8555-6.5]") {
    test::Bench bench;
    const auto kind = GENERATE(ErrorKind::network, ErrorKind::timeout);
    bench.http.lose(Method::post, at_ca("/a"), kind)
        .answer(Method::head, at_ca("/new-nonce"), 200, "")
        .post(at_ca("/a"), 200, "{}");
    const auto lost = bench.run(bench.client.post(at_ca("/a"), "{}"));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().error.kind == kind);
    CHECK(lost.error().url == at_ca("/a"));
    CHECK(lost.error().unanswered());
    REQUIRE(bench.run(bench.client.post(at_ca("/a"), "{}")));
    CHECK(bench.http.last().protected_member("nonce") == "nonce1");
}

TEST_CASE("a limit says when to come back, in both forms", "[acme][rfc8555-6.6]") {
    test::Bench bench;
    const auto after = GENERATE(std::string("7200"), std::string("date"));
    const int status = GENERATE(429, 503);
    // The CA's clock is an hour ahead of ours: only the distance counts.
    const test::ScriptedHttp::Headers headers = {
        {"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"retry-after", after == "date" ? "Sun, 06 Nov 1994 10:49:37 GMT" : after}};
    bench.http.post(at_ca("/a"), status,
                    R"({"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many"})",
                    headers);
    const auto answer = bench.run(bench.client.post(at_ca("/a"), "{}"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.kind == ErrorKind::rate_limited);
    CHECK(answer.error().error.retry_at == bench.clock.now() + std::chrono::hours{2});
    CHECK_THAT(answer.error().error.message, ContainsSubstring("too many"));
    CHECK(bench.clock.passed().count() == 0);
}

TEST_CASE("refusals are told apart by what a caller may do", "[acme]") {
    const auto [status, body, after,
                kind] = GENERATE(table<int, std::string, std::string, ErrorKind>({
        {400, R"({"type":"urn:ietf:params:acme:error:malformed"})", "", ErrorKind::rejected},
        {403, R"({"detail":"no"})", "", ErrorKind::rejected},
        {400, R"({"type":"urn:ietf:params:acme:error:rateLimited"})", "", ErrorKind::rate_limited},
        {429, "<html>slow down</html>", "", ErrorKind::rate_limited},
        {503, "<html>busy</html>", "30", ErrorKind::rate_limited},
        {503, "<html>busy</html>", "", ErrorKind::network},
        {500, R"({"type":"urn:ietf:params:acme:error:serverInternal"})", "", ErrorKind::network},
        {502, "<html>Bad Gateway</html>", "", ErrorKind::network},
        {404, "<html>Not Found</html>", "", ErrorKind::protocol},
        {301, "", "", ErrorKind::protocol},
    }));
    CAPTURE(status, body);
    http::Response response{status, {}, body};
    if (!after.empty()) response.headers.emplace_back("retry-after", after);
    const auto failure = acme::to_failure(response, "ca.example", "https://ca.example/x",
                                          base::from_unix(1'700'000'000));
    CHECK(failure.error.kind == kind);
    CHECK(failure.status == status);
    CHECK(failure.url == "https://ca.example/x");
    CHECK_THAT(failure.error.message,
               ContainsSubstring("ca.example answered " + std::to_string(status)));
}

TEST_CASE("a CA that is down is left alone for a day at most, a limit for a week", "[acme]") {
    const auto now = base::from_unix(1'700'000'000);
    const auto [status, longest] = GENERATE(table<int, std::chrono::hours>(
        {{503, std::chrono::hours{24}}, {429, std::chrono::hours{24 * 7}}}));
    const http::Response response{status, {{"retry-after", "99999999"}}, ""};
    const auto failure = acme::to_failure(response, "ca.example", "https://ca.example/x", now);
    CHECK(failure.error.retry_at == now + longest);
}

TEST_CASE("the CA's words are made printable", "[acme]") {
    const http::Response response{403, {}, R"({"type":"urn:x","detail":"line\none\u001b[2J"})"};
    const auto failure = acme::to_failure(response, "ca.example", "https://ca.example/x", {});
    CHECK(failure.error.message == "ca.example answered 403: \"line one?[2J\" (urn:x)");
    REQUIRE(failure.problem);
    CHECK(failure.problem->detail == "line\none\x1b[2J");
}

TEST_CASE("nothing is signed for an account that is not known", "[acme]") {
    test::Bench bench;
    bench.client.use_account("");
    const auto answer = bench.run(bench.client.post(at_ca("/a"), "{}"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.kind == ErrorKind::internal);
    CHECK(bench.http.sent().empty());
}

TEST_CASE("the time is asked for once", "[acme]") {
    test::Bench bench;
    bench.http.answer(Method::head, at_ca("/new-nonce"), 200, "");
    bench.run(bench.client.ask_time());
    bench.run(bench.client.ask_time());
    CHECK(bench.http.left() == 0);
    CHECK_FALSE(bench.client.silence());
}

TEST_CASE("the time is asked for again where the answer was lost, and the silence is told",
          "[acme]") {
    test::Bench bench;
    bench.http.lose(Method::head, at_ca("/new-nonce"));
    const bool comes_back = GENERATE(true, false);
    if (comes_back) {
        bench.http.answer(Method::head, at_ca("/new-nonce"), 200, "");
    } else {
        bench.http.lose(Method::head, at_ca("/new-nonce"));
    }
    bench.run(bench.client.ask_time());
    bench.run(bench.client.ask_time());
    CHECK(bench.http.left() == 0);
    CHECK(bench.client.silence().has_value() == !comes_back);
}
