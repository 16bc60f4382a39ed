#include "renewal/stored_pair.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "support/served_app.h"

namespace fs = std::filesystem;

namespace {

struct Stored : test::ServedApp {
    std::string found() const {
        const auto pair = renewal::find_stored_pair(host.environment, app);
        return pair ? pair->chain_pem : "";
    }
    bool is_revoked() const {
        const auto leaf = crypto::Certificate::parse_pem(ours.chain).value();
        return renewal::is_known_revoked(state(), leaf, clock.now());
    }
    void set_window(int from, int until) const {
        change([&](auto& state) {
            store::RenewalPlan plan;
            plan.fingerprint = test::fingerprint_of(ours);
            plan.start = clock.now() + days(from);
            plan.end = clock.now() + days(until);
            state.renewal = plan;
        });
    }
};

}  // namespace

TEST_CASE("a stored pair of ours is there in both forms", "[renewal]") {
    const Stored stored;
    CHECK(stored.found() == stored.ours.chain);
    SECTION("lego took out what it revoked, and knows no other form") {
        fs::remove_all(stored.folder() / "certificates");
    }
    SECTION("a key of the first form is gone") {
        fs::remove(stored.folder() / "certificates" / "a.example.key");
    }
    SECTION("a key of the other form is damaged") {
        test::write_file(stored.folder() / "key.pem", "half of");
    }
    SECTION("a key is another's") {
        test::write_file(stored.folder() / "certificates" / "a.example.key",
                         stored.make_pair().key);
    }
    CHECK(stored.found().empty());
}

TEST_CASE("a stored pair of the official plugin's is there in lego's form", "[renewal]") {
    const Stored stored;
    SECTION("it ordered the first one") {
        fs::remove(stored.folder() / "fullchain.pem");
        fs::remove(stored.folder() / "key.pem");
        CHECK(stored.found() == stored.ours.chain);
    }
    SECTION("it renewed one of ours") {
        const auto newer = stored.make_pair();
        stored.store_lego_form(newer);
        CHECK(stored.found() == newer.chain);
    }
}

TEST_CASE("of two stored pairs the one that lasts longer counts", "[renewal]") {
    const Stored stored;
    const auto longer = test::ServedApp::make_pair(stored.clock.now(),
                                                   stored.clock.now() + test::ServedApp::days(85));
    test::write_file(stored.folder() / "certificates" / "b.example.crt", longer.chain);
    test::write_file(stored.folder() / "certificates" / "b.example.key", longer.key);
    CHECK(stored.found() == longer.chain);
}

TEST_CASE("that a CA has revoked a certificate is known by its list or its window",
          "[renewal][rfc9773-4.2]") {
    const Stored stored;
    CHECK_FALSE(stored.is_revoked());
    SECTION("the list, or `revoke`") {
        stored.change([&](auto& state) { state.revoked = test::fingerprint_of(stored.ours); });
        CHECK(stored.is_revoked());
    }
    SECTION("a window that is over weeks before its time") {
        stored.set_window(-2, -1);
        CHECK(stored.is_revoked());
    }
    SECTION("one that is to come") {
        stored.set_window(-1, 1);
        CHECK_FALSE(stored.is_revoked());
    }
    SECTION("one of another certificate") {
        stored.set_window(-2, -1);
        stored.change([](auto& state) { state.renewal->fingerprint = "0a1b"; });
        CHECK_FALSE(stored.is_revoked());
    }
}

TEST_CASE("a window that passed in its own time revokes nothing", "[renewal][rfc9773-4.2]") {
    Stored stored;
    stored.clock.advance(test::ServedApp::days(55));  // 65 of 90 days
    stored.set_window(-4, -3);
    CHECK_FALSE(stored.is_revoked());
}
