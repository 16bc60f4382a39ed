#include "renewal/certificate_note.h"

#include <catch2/catch_test_macros.hpp>

#include "support/served_app.h"

namespace {

struct Noting {
    explicit Noting(std::vector<std::string> lists = {})
        : leaf(crypto::Certificate::parse_pem(
                   test::make_certificate(
                       {.common_name = "a.example", .crl_points = std::move(lists)}, key))
                   .value()) {}
    void note() { renewal::record_installed(state, leaf, "https://ca.test/"); }

    crypto::PrivateKey key = test::make_key();
    crypto::Certificate leaf;
    store::AppState state;
};

}  // namespace

TEST_CASE("a certificate of ours that is not in the state yet is noted with its dates and CA",
          "[renewal][design-1.1]") {
    Noting app;
    app.note();
    REQUIRE(app.state.installed);
    CHECK(app.state.installed->fingerprint == app.leaf.fingerprint());
    CHECK(app.state.installed->owner == store::Owner::ours);
    CHECK(app.state.installed->not_after == app.leaf.not_after());
    CHECK(app.state.installed->not_before == app.leaf.not_before());
    CHECK(app.state.installed->server == "https://ca.test/");
    CHECK(app.state.installed->account.empty());
}

TEST_CASE("an app of which nothing is known was the official plugin's, so it is enabled",
          "[renewal][design-1.2]") {
    Noting app;
    bool is_on = true;
    SECTION("nothing is known") {}
    SECTION("it was switched off") {
        app.state.switched_off = true;
        is_on = false;
    }
    SECTION("a run has met it before") {
        app.state.names.resize(1);
        is_on = false;
    }
    app.note();
    CHECK(app.state.enabled == is_on);
}

TEST_CASE("what is noted of the same certificate stays", "[renewal]") {
    Noting app;
    app.state.installed = store::InstalledPair{app.leaf.fingerprint(), store::Owner::ours, {}};
    app.state.installed->account = "https://ca.test/account/1";
    app.note();
    CHECK(app.state.installed->account == "https://ca.test/account/1");
    CHECK_FALSE(app.state.enabled);
    CHECK_FALSE(app.state.next_crl_check);
}

TEST_CASE("lists are looked at with the next run, and never without any", "[renewal][design-3.4]") {
    Noting without;
    CHECK(renewal::first_look_at_lists(without.leaf) == without.leaf.not_after());
    Noting with{{"URI:http://ca.test/list.crl"}};
    CHECK_FALSE(renewal::first_look_at_lists(with.leaf));
}

TEST_CASE("what a CA said of a certificate is not written about another", "[renewal]") {
    const test::ServedApp app;
    const auto note = [&](const std::string& pem) {
        return renewal::note_about(app.context, app.app, pem,
                                   [](store::AppState& state) { state.revoked = "noted"; });
    };
    CHECK_FALSE(note(app.make_pair().chain));
    CHECK(app.state().revoked.empty());
    std::filesystem::rename(app.tls(), app.tls().parent_path() / "away");
    CHECK_FALSE(note(app.ours.chain));
    CHECK(app.state().revoked.empty());
    std::filesystem::rename(app.tls().parent_path() / "away", app.tls());
    CHECK(note(app.ours.chain));
    CHECK(app.state().revoked == "noted");
}
