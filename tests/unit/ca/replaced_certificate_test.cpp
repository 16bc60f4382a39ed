#include "ca/replaced_certificate.h"

#include <catch2/catch_test_macros.hpp>

#include "support/files.h"
#include "support/run_bench.h"

using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// A renewal of a certificate that the same account ordered at the same CA.
struct Replacing : test::RunBench {
    Replacing() : renewal(job()) {
        acme::Directory directory = test::Bench::directory();
        directory.renewal_info = test::at_ca("/renewal-info");
        auto key = crypto::PrivateKey::parse_pem(test::account_key().to_pem().reveal());
        ca = std::make_unique<ca::CaSession>(context, std::move(*key), directory);
        ca->client().use_account(test::at_ca("/account/1"));
        renewal.ca.session = ca.get();
        renewal.present.renewal_id = "aki.serial";
        renewal.present.fingerprint = "ab";
        renewal.present.covered = {"a.example"};
        change([&](store::AppState& state) {
            state.installed = store::InstalledPair{"ab",
                                                   store::Owner::ours,
                                                   clock.now() + hours{24 * 20},
                                                   clock.now() - hours{24 * 70},
                                                   directory.url,
                                                   test::at_ca("/account/1")};
            state.renewal = store::RenewalPlan{};
            state.renewal->fingerprint = "ab";
            state.renewal->start = clock.now() - hours{1};
            state.renewal->end = clock.now() + hours{1};
        });
    }
    void change(const std::function<void(store::AppState&)>& with) const {
        REQUIRE(store.update_state("shop", with));
    }
    std::string replaced() const { return ca::certificate_to_replace(context, renewal); }
    bool is_exempt() const { return ca::is_exempt_order(context, renewal); }

    ca::IssueJob renewal;
};

}  // namespace

TEST_CASE("an order names what it replaces where the same account ordered that one",
          "[ca][rfc9773-5]") {
    Replacing app;
    CHECK(app.replaced() == "aki.serial");
    CHECK(app.is_exempt());
    SECTION("not one of another account") {
        app.change([](auto& state) { state.installed->account = test::at_ca("/account/2"); });
    }
    SECTION("nor of another CA") {
        app.change([](auto& state) { state.installed->server = "https://other.test/"; });
    }
    SECTION("nor another certificate than the one in place") {
        app.renewal.present.fingerprint = "cd";
    }
    SECTION("nor one that is not known to be ours") {
        app.renewal.present.renewal_id.clear();
    }
    SECTION("nor where the CA has no renewal information") {
        auto key = crypto::PrivateKey::parse_pem(test::account_key().to_pem().reveal());
        app.ca =
            std::make_unique<ca::CaSession>(app.context, std::move(*key), test::Bench::directory());
        app.ca->client().use_account(test::at_ca("/account/1"));
        app.renewal.ca.session = app.ca.get();
    }
    CHECK(app.replaced().empty());
    CHECK_FALSE(app.is_exempt());
}

TEST_CASE("the CA does not exempt an order that replaces what it has revoked", "[ca][rfc9773-5]") {
    Replacing app;
    app.renewal.present.is_revoked = true;
    CHECK(app.replaced() == "aki.serial");
    CHECK_FALSE(app.is_exempt());
}

TEST_CASE("nor one whose window is of another certificate, or not open", "[ca][rfc9773-5]") {
    Replacing app;
    SECTION("of another") {
        app.change([](auto& state) { state.renewal->fingerprint = "cd"; });
    }
    SECTION("not open") {
        app.clock.advance(hours{1});
    }
    CHECK_FALSE(app.is_exempt());
}

TEST_CASE("a window has its start, and not its end", "[ca][rfc9773-4.2]") {
    const test::FakeClock clock;
    store::RenewalPlan plan;
    CHECK_FALSE(ca::is_window_open(plan, clock.now()));
    plan.start = clock.now();
    plan.end = clock.now() + seconds{2};
    CHECK_FALSE(ca::is_window_open(plan, clock.now() - seconds{1}));
    CHECK(ca::is_window_open(plan, clock.now()));
    CHECK(ca::is_window_open(plan, clock.now() + seconds{1}));
    CHECK_FALSE(ca::is_window_open(plan, clock.now() + seconds{2}));
}

TEST_CASE("a certificate is of another CA than is set, but not one of the fallback server",
          "[ca][design-3.3]") {
    const Replacing app;
    const auto is_of_another = [&] {
        return ca::is_of_another_ca(app.context, app.app, app.renewal.settings(),
                                    app.store.read_state("shop").value());
    };
    CHECK_FALSE(is_of_another());
    app.change([](auto& state) { state.installed->server = "https://other.test/"; });
    CHECK(is_of_another());
    app.change([](auto& state) { state.installed->by_fallback = true; });
    CHECK_FALSE(is_of_another());
    // What another program ordered may tell by its folder.
    app.change([](auto& state) { state.installed->by_fallback = false; });
    app.change([](auto& state) { state.installed->server.clear(); });
    CHECK_FALSE(is_of_another());
    const auto config = app.host.environment.certs_root(app.app) / "current/config";
    test::write_file(config, "--server https://third.test/ --email me@x.test\n");
    CHECK(is_of_another());
}
