#include "lifecycle/find_renewals.h"

#include <chrono>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/known_servers.h"
#include "support/certificate_maker.h"
#include "support/run_bench.h"
#include "support/served_app.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// An app with a certificate of 90 days, 80 of them left.
struct Renewing : test::RunBench {
    Renewing() {
        const auto key = test::make_key();
        const std::string leaf = test::make_certificate({.common_name = "a.example",
                                                         .names = {"a.example"},
                                                         .not_before = clock.now() - hours{24 * 10},
                                                         .not_after = clock.now() + hours{24 * 80}},
                                                        key);
        host.install_pair(app, leaf, key.to_pem().reveal());
        host.issue(app, "a.example", leaf);
    }

    void set_graceperiod(int days) const {
        host.set_property("shop", "graceperiod", std::to_string(days * 86'400));
    }

    /// What a run warns of.
    std::string run(lifecycle::RenewalRun run = lifecycle::RenewalRun::scheduled) {
        host.logged.err.clear();
        renewal::CaInquiries inquiries{context};
        (void)context.loop.run(lifecycle::find_renewals(context, {app}, run, &inquiries));
        return host.logged.err;
    }
    std::string plan() {
        host.logged.err.clear();
        (void)context.loop.run(
            lifecycle::find_renewals(context, {app}, lifecycle::RenewalRun::scheduled));
        return host.logged.err;
    }
};

}  // namespace

TEST_CASE("that the scheduled run cuts a graceperiod is said once", "[lifecycle][design-3.3]") {
    Renewing renewing;
    CHECK(renewing.run().empty());
    renewing.set_graceperiod(50);
    CHECK(renewing.run(lifecycle::RenewalRun::typed).empty());
    CHECK_THAT(renewing.run(), ContainsSubstring("shop: graceperiod is more than half"));
    CHECK(renewing.run().empty());
    CHECK(renewing.state().clamped_graceperiod == hours{50 * 24});

    // A plan says it each time and keeps nothing.
    CHECK_THAT(renewing.plan(), ContainsSubstring("graceperiod is more than half"));

    renewing.set_graceperiod(60);
    CHECK_FALSE(renewing.plan().empty());
    CHECK_FALSE(renewing.run().empty());
    CHECK(renewing.run().empty());

    renewing.set_graceperiod(30);
    CHECK(renewing.run().empty());
    CHECK_FALSE(renewing.state().clamped_graceperiod);
    renewing.set_graceperiod(60);
    CHECK_FALSE(renewing.run().empty());
}

TEST_CASE("a graceperiod that cannot be read is warned of and counts as not set",
          "[lifecycle][dokku-10.1]") {
    Renewing renewing;
    renewing.host.set_property("shop", "graceperiod", "30d");
    CHECK_THAT(renewing.run(), ContainsSubstring("the certificate's lifetime decides"));
    const auto found = renewing.context.loop.run(lifecycle::find_renewals(
        renewing.context, {renewing.app}, lifecycle::RenewalRun::scheduled));
    REQUIRE(found.candidates.size() == 1);
    CHECK(found.candidates.front().why == "the certificate's lifetime");
    CHECK(found.candidates.front().left == hours{24 * 50});
}

namespace {

/// Two apps, of which `shop` has lost its files in one way or another.
struct Losing : test::ServedApp {
    lifecycle::Renewals find(lifecycle::RenewalRun run = lifecycle::RenewalRun::scheduled) {
        renewal::CaInquiries inquiries{context};
        return context.loop.run(lifecycle::find_renewals(context, {app}, run, &inquiries));
    }
    lifecycle::Renewals plan() const {
        return context.loop.run(
            lifecycle::find_renewals(context, {app}, lifecycle::RenewalRun::scheduled));
    }
};

}  // namespace

TEST_CASE("an app whose certificate files are gone is put right by the scheduled run alone",
          "[lifecycle]") {
    Losing app;
    std::filesystem::remove_all(app.certs());
    CHECK(app.find(lifecycle::RenewalRun::typed).candidates.empty());
    CHECK(app.plan().lost.size() == 1);
    CHECK_FALSE(std::filesystem::exists(app.certs()));
    // Then it is asked about like any other.
    app.http.lose(http::Method::get, std::string{settings::kProductionServer});
    const auto found = app.find();
    CHECK(found.lost.empty());
    REQUIRE(found.candidates.size() == 1);
    CHECK(found.candidates.front().left == hours{24 * 50});
}

TEST_CASE("an app without any pair that may be served needs an order", "[lifecycle]") {
    Losing app;
    std::filesystem::remove_all(app.certs());
    std::filesystem::remove_all(app.tls());
    const auto found = app.find();
    REQUIRE(found.lost.size() == 1);
    CHECK(found.lost.front().left < seconds{0});
    CHECK(app.find(lifecycle::RenewalRun::typed).lost.empty());
}

TEST_CASE("an app whose state was lost with its files counts as enabled from then on",
          "[lifecycle]") {
    Losing app;
    std::filesystem::remove_all(app.certs());
    std::filesystem::remove_all(app.tls());
    REQUIRE(app.store.remove_state("shop"));
    CHECK(app.plan().lost.size() == 1);
    CHECK_FALSE(app.store.has_state("shop"));
    CHECK(app.find().lost.size() == 1);
    CHECK(app.state().enabled);
    CHECK_THAT(app.host.logged.err, ContainsSubstring("so it counts as enabled"));
}

TEST_CASE("a key that nginx cannot load is found although the certificate is in place",
          "[lifecycle]") {
    Losing app;
    app.http.lose(http::Method::get, std::string{settings::kProductionServer});
    app.put({app.ours.chain, ""});
    SECTION("a good copy is put back, by any run") {
        const auto run = GENERATE(lifecycle::RenewalRun::scheduled, lifecycle::RenewalRun::typed);
        const auto found = app.find(run);
        CHECK(app.serves(app.ours));
        REQUIRE(found.candidates.size() == 1);
        CHECK(found.candidates.front().left == hours{24 * 50});
    }
    SECTION("a plan says what the run would do, and does not") {
        CHECK(app.plan().lost.size() == 1);
        CHECK_FALSE(app.serves(app.ours));
    }
    SECTION("without one another certificate is needed") {
        std::filesystem::remove_all(app.folder() / "certificates");
        test::write_file(app.folder() / "key.pem", "");
        CHECK(app.find().lost.size() == 1);
        const auto typed = app.find(lifecycle::RenewalRun::typed);
        REQUIRE(typed.candidates.size() == 1);
        CHECK(typed.candidates.front().left < seconds{0});
    }
}

TEST_CASE("an app whose own certificate has expired needs an order", "[lifecycle]") {
    Losing app;
    app.put(test::ServedApp::make_pair(app.clock.now() - hours{24 * 90}, app.clock.now()));
    app.change([](auto& state) { state.installed->owner = store::Owner::custom; });
    const auto found = app.find();
    REQUIRE(found.lost.size() == 1);
    CHECK(found.lost.front().why == "the certificate of its own has expired");
}

TEST_CASE("an app that never had a certificate is left to its own schedule", "[lifecycle]") {
    Losing app;
    std::filesystem::remove_all(app.certs());
    std::filesystem::remove_all(app.tls());
    // The record is of another app of that name.
    app.host.set_property("shop", "created-at", std::to_string(base::to_unix(app.clock.now()) + 1),
                          "apps");
    app.change([](auto& state) {
        state.installed.reset();
        state.covered.clear();
    });
    const auto found = app.find();
    CHECK(found.lost.empty());
    CHECK(found.candidates.empty());
    CHECK(found.unanswered.empty());
}

TEST_CASE("an app of which nobody can say how it stands is named", "[lifecycle]") {
    Losing app;
    const auto state = app.host.environment.global_root() / "state" / "shop.json";
    std::filesystem::remove(state);
    std::filesystem::create_directory(state);
    SECTION("active") {
        CHECK(app.find().unanswered.size() == 1);
    }
    SECTION("not active") {
        std::filesystem::remove_all(app.certs());
        CHECK(app.find().unanswered.size() == 1);
        CHECK(app.find(lifecycle::RenewalRun::typed).unanswered.empty());
    }
    CHECK_THAT(app.host.logged.err, ContainsSubstring("shop: "));
}
