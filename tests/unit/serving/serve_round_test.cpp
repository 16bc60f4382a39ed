#include "serving/serve_round.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/sleep.h"
#include "base/url.h"
#include "support/fake_nginx.h"
#include "support/run_bench.h"

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

/// nginx on port 80, once it has loaded the routes.
class FakeNginx final : public http::Client {
  public:
    explicit FakeNginx(std::string thumbprint) : thumbprint_(std::move(thumbprint)) {}

    async::Task<base::Result<http::Response>> send(http::Request request) override {
        most = std::max(most, ++waiting_);
        ++asked;
        co_await async::sleep_for(takes);
        --waiting_;
        if (shadowed.contains(base::parse_url(request.url)->host)) {
            co_return http::Response{404, {}, "no"};
        }
        const std::string token = request.url.substr(request.url.rfind('/') + 1);
        co_return http::Response{200, {}, token + "." + thumbprint_};
    }

    std::chrono::milliseconds takes{100};
    std::set<std::string> shadowed;
    int most = 0;
    int asked = 0;

  private:
    std::string thumbprint_;
    int waiting_ = 0;
};

/// Two apps that are to be ordered.
struct Routing : test::RunBench {
    explicit Routing(const Change& of_blog = {})
        : shop(job()),
          blog(job_of(host.add_app("blog"), {"b.example"}, of_blog)),
          nginx(shop.ca.session->thumbprint()),
          run{host.environment, store, log, http, clock, simulated, context.dns, nginx, probe} {}

    void switch_on() { serve({{&shop, &blog}, {}}); }
    void serve(serving::RoundWishes wishes) {
        simulated.run(serving::serve_round(run, std::move(wishes)));
    }
    fs::path block(const ca::IssueJob& of) const { return serving::route_files_of(run, of).block; }
    bool has_route(const ca::IssueJob& of) const {
        return fs::exists(block(of)) && fs::exists(serving::route_files_of(run, of).snippet);
    }
    /// nginx -t refuses a file as long as it is there.
    void refuse(const fs::path& file) {
        programs.on_test("test -e " + file.string() + " || exit 0\n" +
                         "echo 'nginx: [emerg] unknown directive \"x\" in " + file.string() +
                         ":2' >&2\nexit 1");
    }

    test::FakeHostPrograms programs{host};
    ca::IssueJob shop;
    ca::IssueJob blog;
    FakeNginx nginx;
    ca::Context run;
};

}  // namespace

TEST_CASE("the routes of several apps take one test, one reload and one look side by side",
          "[serving][design-4.5]") {
    Routing routing;
    routing.switch_on();
    CHECK(routing.shop.alive());
    CHECK(routing.blog.alive());
    CHECK(routing.shop.route.is_new);
    CHECK(routing.has_route(routing.shop));
    CHECK(routing.has_route(routing.blog));
    CHECK(routing.programs.asked("nginx -t") == 1);
    CHECK(routing.programs.asked("service reload") == 1);
    CHECK(routing.nginx.most == routing.nginx.asked);
    CHECK(routing.nginx.asked >= 2);

    // They are loaded: nothing is left to do.
    routing.switch_on();
    CHECK(routing.programs.asked("service reload") == 1);
}

TEST_CASE("routes that were written but never loaded are loaded", "[serving][kill]") {
    Routing routing;
    routing.switch_on();
    routing.nginx.shadowed = {"b.example"};
    routing.switch_on();
    CHECK(routing.programs.asked("service reload") == 2);
}

TEST_CASE("the route that nginx refuses goes, and the others are loaded", "[serving][design-4.5]") {
    Routing routing;
    routing.refuse(routing.block(routing.blog));
    routing.switch_on();
    REQUIRE(routing.blog.failure());
    CHECK(routing.blog.cause() == store::cause::kPathShadowed);
    CHECK_THAT(routing.blog.failure()->error.message,
               ContainsSubstring("nginx refuses the ACME challenge route: unknown directive"));
    CHECK_FALSE(routing.has_route(routing.blog));
    CHECK(routing.shop.alive());
    CHECK(routing.has_route(routing.shop));
    CHECK(routing.programs.asked("nginx -t") == 2);
    CHECK(routing.programs.asked("service reload") == 1);
}

TEST_CASE("a complaint about another file stops all, and nothing is loaded",
          "[serving][design-4.5]") {
    Routing routing;
    routing.refuse("/bin/sh");
    routing.switch_on();
    CHECK(routing.shop.cause() == store::cause::kBlockedBy);
    CHECK(routing.blog.cause() == store::cause::kBlockedBy);
    CHECK(routing.programs.asked("service") == 0);
}

TEST_CASE("a test or a reload that cannot be had fails all", "[serving][design-4.5]") {
    Routing routing;
    const test::RunningNginx running{routing.host};
    SECTION("sudo refuses the test") {
        routing.programs.on_test("echo 'sudo: a password is required' >&2; exit 1");
        routing.switch_on();
        CHECK(routing.shop.cause() == store::cause::kHost);
        CHECK(routing.blog.cause() == store::cause::kHost);
    }
    SECTION("nginx does not take the reload") {
        routing.programs.on_reload("exit 1");
        routing.switch_on();
        CHECK(routing.shop.cause() == store::cause::kReloadRefused);
        CHECK(routing.blog.cause() == store::cause::kReloadRefused);
    }
    CHECK(routing.nginx.asked == 0);
}

TEST_CASE("a name that is not answered in time is deferred alone", "[serving][design-4.5]") {
    Routing routing;
    routing.shop.names.ordered.push_back(dns::DnsName::parse("c.example").value());
    routing.nginx.shadowed = {"c.example", "b.example"};
    routing.switch_on();
    CHECK(routing.shop.alive());
    CHECK(ca::to_texts(routing.shop.names.ordered) == std::vector<std::string>{"a.example"});
    REQUIRE(routing.shop.names.deferred.size() == 1);
    CHECK(routing.shop.names.deferred.front().cause == store::cause::kPathShadowed);
    CHECK_THAT(routing.shop.names.deferred.front().reason.message,
               ContainsSubstring("nginx does not answer the ACME challenge for c.example at "));
    CHECK(routing.blog.cause() == store::cause::kPathShadowed);  // its only name
    CHECK(routing.clock.passed() >= 3s);
    CHECK(routing.clock.passed() < 4s);
}

TEST_CASE("an app that is validated over DNS, or has failed, gets no route", "[serving]") {
    Routing routing{[](ca::Wanted& wanted) { wanted.settings.dns_provider.computed = "exec"; }};
    routing.shop.fail(store::cause::kHost, {base::ErrorKind::io, "disk", {}, {}});
    routing.switch_on();
    CHECK(routing.programs.asked().empty());
    CHECK_FALSE(routing.has_route(routing.shop));
    CHECK_FALSE(routing.has_route(routing.blog));
}
