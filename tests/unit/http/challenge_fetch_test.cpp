#include "http/challenge_fetch.h"

#include <functional>
#include <map>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/instant_http.h"
#include "support/run_bench.h"

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kPath = "/.well-known/acme-challenge/";

/// An nginx that answers at some addresses. It counts what it is asked.
class FakeNginx final : public test::InstantHttp {
  public:
    using Answer = std::function<base::Result<http::Response>(const std::string& token)>;

    base::Result<http::Response> reply(const http::Request& request) override {
        ++asked[request.connect_to];
        last = request;
        const auto path = request.url.find(kPath);
        REQUIRE(path != std::string::npos);
        const std::string token = request.url.substr(path + kPath.size());
        CHECK(tokens.insert(token).second);  // a new one each time: no cache can answer
        return answers.at(request.connect_to)(token);
    }

    std::map<std::string, Answer> answers;
    std::map<std::string, int> asked;
    std::set<std::string> tokens;
    http::Request last;
};

base::Result<http::Response> right(const std::string& token) {
    return http::Response{200, {}, token + ".thumb\n"};
}
base::Result<http::Response> not_found(const std::string&) {
    return http::Response{404, {}, "no"};
}
base::Result<http::Response> no_connection(const std::string&) {
    return base::Error{base::ErrorKind::network, "cannot connect to ::1", {}, {}};
}

struct Fetching : test::RunBench {
    std::vector<http::RouteFinding> check(const std::vector<http::RouteCheck>& checks) {
        return simulated.run(http::check_routes(nginx, clock, checks, 3s));
    }
    http::RouteFinding check_one(std::vector<std::string> addresses) {
        return check({{"a.test", std::move(addresses), "thumb"}}).at(0);
    }

    FakeNginx nginx;
};

}  // namespace

TEST_CASE("a name whose token nginx answers passes at once", "[http][design-4.5]") {
    Fetching fetching;
    fetching.nginx.answers = {{"127.0.0.1", right}, {"::1", right}};
    CHECK_FALSE(fetching.check_one({"127.0.0.1", "::1"}));
    CHECK(fetching.clock.passed() == 0ms);
    CHECK(fetching.nginx.last.url.starts_with("http://a.test/.well-known/acme-challenge/"));
    CHECK(fetching.nginx.last.scheme == http::Scheme::http_only);
    CHECK(fetching.nginx.last.limits.total <= 2s);
}

TEST_CASE("an answer that is wrong once the time is over is told", "[http][path-shadowed]") {
    Fetching fetching;
    SECTION("another status") {
        fetching.nginx.answers = {{"192.0.2.1", not_found}};
        const auto finding = fetching.check_one({"192.0.2.1"});
        REQUIRE(finding);
        CHECK(finding->kind == base::ErrorKind::rejected);
        CHECK(finding->message ==
              "nginx does not answer the ACME challenge for a.test at 192.0.2.1: HTTP 404");
    }
    SECTION("a redirect, with its target made printable") {
        fetching.nginx.answers = {
            {"192.0.2.1", [](const std::string&) {
                 return http::Response{301, {{"location", "https://a.test/\x1b"}}, ""};
             }}};
        const auto finding = fetching.check_one({"192.0.2.1"});
        REQUIRE(finding);
        CHECK(finding->message.ends_with("HTTP 301 to https://a.test/?"));
    }
    SECTION("the token of another account") {
        fetching.nginx.answers = {{"192.0.2.1", [](const std::string& token) {
                                       return http::Response{200, {}, token + ".other"};
                                   }}};
        CHECK(fetching.check_one({"192.0.2.1"}));
    }
    SECTION("the right body with the wrong status") {
        fetching.nginx.answers = {{"192.0.2.1", [](const std::string& token) {
                                       return http::Response{404, {}, token + ".thumb"};
                                   }}};
        CHECK(fetching.check_one({"192.0.2.1"}));
    }
    CHECK(fetching.clock.passed() == 3s);
}

TEST_CASE("a reload that takes its time is waited for", "[http][design-4.5]") {
    Fetching fetching;
    int left = 3;
    fetching.nginx.answers = {{"127.0.0.1", [&](const std::string& token) {
                                   return left-- > 0 ? not_found(token) : right(token);
                               }}};
    CHECK_FALSE(fetching.check_one({"127.0.0.1"}));
    CHECK(fetching.clock.passed() == 150ms);
}

TEST_CASE("one address that answers wrong spoils a name, one that is not there does not",
          "[http][design-4.5]") {
    Fetching fetching;
    fetching.nginx.answers = {{"127.0.0.1", right}, {"::1", not_found}};
    const auto finding = fetching.check_one({"127.0.0.1", "::1"});
    REQUIRE(finding);
    CHECK(finding->message.ends_with("at ::1: HTTP 404"));

    fetching.nginx.answers["::1"] = no_connection;
    CHECK_FALSE(fetching.check_one({"127.0.0.1", "::1"}));
}

TEST_CASE("an address that is not there costs no time", "[http][design-4.5]") {
    // A host without IPv6 would wait for its three seconds at every certificate.
    Fetching fetching;
    fetching.nginx.answers = {{"127.0.0.1", right}, {"::1", no_connection}};
    CHECK_FALSE(fetching.check_one({"127.0.0.1", "::1"}));
    CHECK(fetching.clock.passed() == 0ms);
}

TEST_CASE("a name that nothing answers for says why", "[http][design-4.5]") {
    Fetching fetching;
    fetching.nginx.answers = {{"::1", no_connection}};
    const auto finding = fetching.check_one({"::1"});
    REQUIRE(finding);
    CHECK(finding->message.ends_with("at ::1: cannot connect to ::1"));
    const auto nowhere = fetching.check_one({});
    REQUIRE(nowhere);
    CHECK(nowhere->message == "nginx does not answer the ACME challenge for a.test");
}

TEST_CASE("names are judged one by one, and one that passed is not asked again",
          "[http][design-4.5]") {
    Fetching fetching;
    fetching.nginx.answers = {{"192.0.2.1", right}, {"192.0.2.2", not_found}};
    const auto findings =
        fetching.check({{"a.test", {"192.0.2.1"}, "thumb"}, {"b.test", {"192.0.2.2"}, "thumb"}});
    REQUIRE(findings.size() == 2);
    CHECK_FALSE(findings[0]);
    CHECK(findings[1]);
    CHECK(fetching.nginx.asked["192.0.2.1"] == 1);
    CHECK(fetching.nginx.asked["192.0.2.2"] > 10);
    CHECK(fetching.check({}).empty());
}
