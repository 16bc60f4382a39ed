#include "renewal/revocation_watch.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "lifecycle/auto_renew.h"
#include "support/certificate_maker.h"
#include "support/delayed_http.h"
#include "support/files.h"
#include "support/meanwhile_http.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using http::Method;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const std::string kList = "http://c.ca.example/17.crl";
const std::string kOtherList = "https://d.ca.example/17.crl";

/// Apps with certificates of a CA that publishes a list.
struct Watched : test::RunBench {
    Watched() { install(app, "\x11", {"URI:" + kList}); }

    void install(const dokku::AppName& into, const std::string& serial,
                 const std::vector<std::string>& points, hours life = hours{24 * 60}) const {
        const std::string leaf = test::make_certificate({.common_name = "a.example",
                                                         .names = {"a.example"},
                                                         .issuer_name = "Issuer",
                                                         .not_after = clock.now() + life,
                                                         .serial_bytes = serial,
                                                         .crl_points = points},
                                                        leaf_key, ca_key);
        host.install_pair(into, leaf + issuer, leaf_key.to_pem().reveal());
        host.issue(into, "a.example", leaf + issuer);
    }

    std::string list(const std::vector<std::string>& serials, int reason = 1) const {
        test::CrlSpec spec;
        spec.issuer_name = "Issuer";
        spec.made = clock.now() - hours{1};
        spec.until = clock.now() + hours{100};
        for (const std::string& serial : serials)
            spec.revoked.push_back({serial, base::from_unix(1'769'990'000), reason});
        return test::make_crl(spec, ca_key);
    }

    /// One run over these apps.
    void look(const std::vector<dokku::AppName>& apps) {
        renewal::RevocationWatch watch{context};
        for (const auto& each : apps)
            check(watch, each);
        CHECK(http.left() == 0);
    }
    void look() { look({app}); }

    /// Returns whether the state is another now.
    bool check(renewal::RevocationWatch& watch, const dokku::AppName& which) const {
        const auto known = store.read_state(which.text()).value();
        return context.loop.run(watch.check_if_due(
            which, tls::read_certificate_status(host.environment, which), known));
    }
    bool check(renewal::RevocationWatch& watch) const { return check(watch, app); }

    base::Path certificate_file() const { return host.environment.tls_root(app) / "server.crt"; }

    std::string why_due() const {
        const auto found = context.loop.run(
            lifecycle::find_renewals(context, {app}, lifecycle::RenewalRun::scheduled));
        REQUIRE(found.candidates.size() == 1);
        const auto& candidate = found.candidates.front();
        return candidate.left < std::chrono::seconds{0} ? candidate.why : "";
    }

    crypto::PrivateKey ca_key = test::make_key();
    crypto::PrivateKey leaf_key = test::make_key();
    std::string issuer =
        test::make_certificate({.common_name = "Issuer", .is_authority = true}, ca_key);
};

async::Task<void> look_for_all(renewal::RevocationWatch& watch, const Watched& watched,
                               std::vector<dokku::AppName> apps) {
    std::vector<store::AppState> states;
    states.reserve(apps.size());
    for (const dokku::AppName& app : apps)
        states.push_back(watched.store.read_state(app.text()).value());
    std::vector<async::Task<bool>> looks;
    looks.reserve(apps.size());
    for (std::size_t i = 0; i < apps.size(); ++i) {
        const auto status = tls::read_certificate_status(watched.host.environment, apps[i]);
        looks.push_back(watch.check_if_due(apps[i], status, states[i]));
    }
    co_await async::all(std::move(looks));
}

}  // namespace

TEST_CASE("a certificate on its CA's list is due at once", "[renewal][rfc5280-6.3]") {
    Watched watched;
    CHECK(watched.why_due().empty());
    watched.http.answer(Method::get, kList, 200, watched.list({"\x11"}));
    watched.look();
    CHECK_THAT(watched.host.logged.err,
               ContainsSubstring("shop: the CA has revoked its certificate, at 2026-02-01 23:53 "
                                 "UTC (keyCompromise)"));
    CHECK(watched.why_due() == "the CA has revoked it");
    const auto state = watched.state();
    REQUIRE(state.installed);
    CHECK(state.revoked == state.installed->fingerprint);
    CHECK(state.installed->owner == store::Owner::ours);
    const auto& request = watched.http.last().request;
    CHECK(request.scheme == http::Scheme::http_only);
    CHECK(request.limits.total == std::chrono::seconds{10});

    // It is known now: neither asked for nor said again.
    watched.host.logged.err.clear();
    watched.clock.advance(hours{48});
    watched.look();
    CHECK(watched.host.logged.err.empty());
}

TEST_CASE("a list is looked at once a day", "[renewal]") {
    Watched watched;
    watched.http.answer(Method::get, kList, 200, watched.list({"\x12"}));
    watched.look();
    CHECK(watched.why_due().empty());
    CHECK(watched.state().revoked.empty());
    watched.clock.advance(hours{23} - minutes{1});
    watched.look();
    watched.clock.advance(minutes{1});
    watched.http.answer(Method::get, kList, 200, watched.list({"\x11"}));
    watched.look();
    CHECK(watched.why_due() == "the CA has revoked it");
}

TEST_CASE("apps of one list share it within a run", "[renewal]") {
    Watched watched;
    const auto blog = watched.host.add_app("blog");
    watched.install(blog, "\x12", {"URI:" + kList});
    watched.http.answer(Method::get, kList, 200, watched.list({"\x12"}));
    watched.look({watched.app, blog});
    CHECK(watched.state().revoked.empty());
    CHECK_FALSE(watched.store.read_state("blog")->revoked.empty());
}

TEST_CASE("a list that cannot be had is no finding", "[renewal]") {
    Watched watched;
    SECTION("no answer") {
        watched.http.lose(Method::get, kList, base::ErrorKind::timeout);
    }
    SECTION("a page") {
        watched.http.answer(Method::get, kList, 404, "<html>");
    }
    SECTION("of another CA") {
        watched.ca_key = test::make_key();
        watched.http.answer(Method::get, kList, 200, watched.list({"\x11"}));
    }
    watched.look();
    CHECK(watched.host.logged.err.empty());
    CHECK(watched.why_due().empty());
    CHECK(watched.state().revoked.empty());
    CHECK(watched.state().next_crl_check == watched.clock.now() + hours{1});
    watched.look();
}

TEST_CASE("a host that does not answer is not asked again in a run", "[renewal]") {
    Watched watched;
    const auto blog = watched.host.add_app("blog");
    watched.install(blog, "\x12", {"URI:http://c.ca.example/18.crl"});
    watched.http.lose(Method::get, kList);
    watched.look({watched.app, blog});
}

TEST_CASE("the next distribution point is asked where the first tells nothing", "[renewal]") {
    Watched watched;
    watched.install(watched.app, "\x11", {"URI:" + kList, "URI:" + kOtherList});
    watched.http.lose(Method::get, kList);
    watched.http.answer(Method::get, kOtherList, 200, watched.list({"\x11"}, 4));
    watched.look();
    CHECK(watched.http.last().request.scheme == http::Scheme::https_only);
    CHECK_THAT(watched.host.logged.err, ContainsSubstring("(superseded)"));
}

TEST_CASE("what is not ours or has expired is not looked up", "[renewal]") {
    Watched watched;
    SECTION("a custom pair") {
        watched.host.install_pair(
            watched.app, test::make_certificate({.common_name = "own",
                                                 .not_after = watched.clock.now() + hours{99},
                                                 .crl_points = {"URI:" + kList}},
                                                watched.leaf_key, watched.ca_key) +
                             watched.issuer);
    }
    SECTION("expired") {
        watched.clock.advance(hours{24 * 60});
    }
    watched.look();
    CHECK_FALSE(watched.store.has_state("shop"));
}

TEST_CASE("a certificate without an answer in any list is read once", "[renewal]") {
    Watched watched;
    SECTION("it names no list") {
        watched.install(watched.app, "\x11", {});
    }
    SECTION("its issuer is not known") {
        const std::string pem = test::content_of(watched.certificate_file());
        watched.host.install_pair(watched.app, pem.substr(0, pem.size() - watched.issuer.size()),
                                  watched.leaf_key.to_pem().reveal());
    }
    SECTION("it is known to be revoked") {
        watched.http.answer(Method::get, kList, 200, watched.list({"\x11"}));
        watched.look();
        watched.clock.advance(hours{24});
    }
    renewal::RevocationWatch watch{watched.context};
    CHECK(watched.check(watch));
    REQUIRE(watched.state().installed);
    CHECK(watched.state().next_crl_check == watched.state().installed->not_after);
    CHECK_FALSE(watched.check(watch));
    CHECK(watched.http.left() == 0);

    // Another certificate is looked up, however it came there.
    watched.install(watched.app, "\x12", {"URI:" + kList}, hours{24 * 70});
    watched.http.answer(Method::get, kList, 200, watched.list({}));
    watched.look();
}

TEST_CASE("lists are kept for a run up to a number of bytes", "[renewal]") {
    Watched watched;
    const std::string second = "http://c.ca.example/18.crl";
    const auto blog = watched.host.add_app("blog");
    const auto wiki = watched.host.add_app("wiki");
    watched.install(blog, "\x12", {"URI:" + second});
    watched.install(wiki, "\x13", {"URI:" + kList});
    const std::string list = watched.list({"\x13"});
    const std::string other_list = watched.list({"\x14"});
    const bool fits = GENERATE(true, false);
    CAPTURE(fits);
    renewal::RevocationWatch watch{watched.context,
                                   list.size() + other_list.size() - (fits ? 0 : 1)};
    watched.http.answer(Method::get, kList, 200, list);
    watched.http.answer(Method::get, second, 200, other_list);
    if (!fits) watched.http.answer(Method::get, kList, 200, list);
    for (const auto& each : {watched.app, blog, wiki})
        watched.check(watch, each);
    CHECK(watched.http.left() == 0);
    CHECK_FALSE(watched.store.read_state("wiki")->revoked.empty());
    CHECK(watched.store.read_state("blog")->revoked.empty());
}

TEST_CASE("a list that is larger than what is kept serves its app", "[renewal]") {
    Watched watched;
    renewal::RevocationWatch watch{watched.context, 1};
    watched.http.answer(Method::get, kList, 200, watched.list({"\x11"}));
    watched.check(watch);
    CHECK_FALSE(watched.state().revoked.empty());
}

TEST_CASE("what a list says of a certificate that is gone is not kept", "[renewal]") {
    Watched watched;
    std::function<void()> happens;
    SECTION("the app was destroyed or renamed") {
        happens = [&] {
            std::filesystem::remove_all(watched.host.environment.app_root(watched.app));
        };
    }
    SECTION("another pair was installed") {
        happens = [&] { watched.install(watched.app, "\x12", {}); };
    }
    watched.http.answer(Method::get, kList, 200, watched.list({"\x11"}));
    test::MeanwhileHttp http{watched.http, kList, happens};
    ca::Context context = watched.with(http);
    renewal::RevocationWatch watch{context};
    CHECK_FALSE(watched.check(watch));
    CHECK_FALSE(watched.store.has_state("shop"));
    CHECK(watched.host.logged.err.empty());
    CHECK(watched.http.left() == 0);
}

TEST_CASE("apps that are looked at side by side wait for the list that they share",
          "[renewal][design-4.1]") {
    Watched watched;
    const auto blog = watched.host.add_app("blog");
    const auto wiki = watched.host.add_app("wiki");
    watched.install(blog, "\x12", {"URI:" + kList});
    test::DelayedHttp slow{watched.http, std::chrono::seconds{2}};
    ca::Context context = watched.with(slow);
    renewal::RevocationWatch watch{context};
    SECTION("of another host: at the same time") {
        watched.install(wiki, "\x13", {"URI:" + kOtherList});
        watched.http.answer(Method::get, kList, 200, watched.list({"\x12"}));
        watched.http.answer(Method::get, kOtherList, 200, watched.list({"\x13"}));
        context.loop.run(look_for_all(watch, watched, {watched.app, blog, wiki}));
        CHECK(watched.clock.passed() == std::chrono::seconds{2});
        CHECK_FALSE(watched.store.read_state("wiki")->revoked.empty());
    }
    SECTION("of the same host: one after another") {
        watched.install(wiki, "\x13", {"URI:http://c.ca.example/18.crl"});
        watched.http.answer(Method::get, kList, 200, watched.list({"\x12"}));
        watched.http.answer(Method::get, "http://c.ca.example/18.crl", 200, watched.list({}));
        context.loop.run(look_for_all(watch, watched, {watched.app, blog, wiki}));
        CHECK(slow.most == 1);
        CHECK(watched.store.read_state("wiki")->revoked.empty());
    }
    CHECK(watched.http.left() == 0);
    CHECK(watched.state().revoked.empty());
    CHECK_FALSE(watched.store.read_state("blog")->revoked.empty());
}

TEST_CASE("a host that is found silent is not asked for what waits meanwhile", "[renewal]") {
    Watched watched;
    const auto blog = watched.host.add_app("blog");
    watched.install(blog, "\x12", {"URI:http://c.ca.example/18.crl"});
    watched.http.lose(Method::get, kList);
    test::DelayedHttp slow{watched.http, std::chrono::seconds{10}};
    ca::Context context = watched.with(slow);
    renewal::RevocationWatch watch{context};
    context.loop.run(look_for_all(watch, watched, {watched.app, blog}));
    CHECK(watched.http.left() == 0);
    CHECK(watched.clock.passed() == std::chrono::seconds{10});
}

TEST_CASE("what the time for lists does not reach is left to the next run", "[renewal]") {
    Watched watched;
    const auto blog = watched.host.add_app("blog");
    watched.install(blog, "\x12", {"URI:http://c.ca.example/18.crl"});
    watched.http.answer(Method::get, kList, 200, watched.list({}));
    test::DelayedHttp slow{watched.http, std::chrono::seconds{10}};
    ca::Context context = watched.with(slow);
    renewal::RevocationWatch watch{context, renewal::RevocationWatch::kMostBytes,
                                   watched.clock.monotonic() + std::chrono::seconds{5}};
    context.loop.run(look_for_all(watch, watched, {watched.app, blog}));
    CHECK(watched.http.left() == 0);
    CHECK(watched.state().next_crl_check);
    CHECK_FALSE(watched.store.has_state("blog"));
}
