#include "serving/check_pair.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/files.h"
#include "support/served_app.h"
#include "tls/certs.h"

using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

using test::Pair;

/// An app that serves a pair of ours, which lies in certs/current as well.
struct Checking : test::ServedApp {
    void check() const {
        REQUIRE(serving::check_installed_pair(host.environment, store, log, app, clock.now()));
    }
    bool is_noted() const {
        return state().verified_pair_stamp == tls::stamp_pair(host.environment, app);
    }
};

}  // namespace

TEST_CASE("a sound pair is noted, whosever it is", "[serving][design-8.2]") {
    const Checking checking;
    CHECK_FALSE(checking.is_noted());
    checking.check();
    CHECK(checking.is_noted());
    const Pair custom = checking.make_pair();
    checking.put(custom);
    CHECK_FALSE(checking.is_noted());
    checking.check();
    CHECK(checking.is_noted());
    CHECK(checking.serves(custom));
    CHECK(checking.host.logged.err.empty());
}

TEST_CASE("a damaged pair of ours is replaced by the last good one", "[serving][design-8.2]") {
    const Checking checking;
    Pair damaged = checking.ours;
    SECTION("another key") {
        damaged.key = checking.make_pair().key;
    }
    SECTION("half of a key") {
        damaged.key.resize(damaged.key.size() / 2);
    }
    SECTION("half of a certificate") {
        damaged.chain.resize(damaged.chain.size() / 2);
    }
    SECTION("an issuer's certificate that is cut off") {
        damaged.chain += damaged.chain.substr(0, damaged.chain.size() / 2);
    }
    SECTION("nothing") {
        damaged.chain.clear();
    }
    checking.put(damaged);
    checking.check();
    // It may be a key that is nowhere else.
    const fs::path kept = checking.host.environment.app_root(checking.app) / "letsencrypt" /
                          "replaced-2026-02-02T024000Z";
    CHECK(test::content_of(kept / "server.crt") == damaged.chain);
    CHECK(test::content_of(kept / "server.key") == damaged.key);
    CHECK(checking.serves(checking.ours));
    CHECK(checking.is_noted());
    CHECK_THAT(checking.host.logged.err,
               ContainsSubstring("The certificate of shop was damaged: ") &&
                   ContainsSubstring((checking.tls() / "server.crt").string()));
    CHECK_THAT(checking.host.logged.err, ContainsSubstring("The last good one was put back"));
}

TEST_CASE("without a good pair of ours the command is named", "[serving][design-8.2]") {
    const Checking checking;
    const Pair damaged{checking.ours.chain, checking.make_pair().key};
    test::write_file(checking.host.environment.certs_root(checking.app) / "current/key.pem", "x");
    checking.put(damaged);
    checking.check();
    CHECK(checking.serves(damaged));
    CHECK_FALSE(checking.is_noted());
    CHECK_THAT(checking.host.logged.err,
               ContainsSubstring("dokku certs:remove shop, then dokku letsencrypt:enable shop"));
}

TEST_CASE("a damaged pair of a person's is left, and its files are named",
          "[serving][design-8.2]") {
    const Checking checking;
    const Pair damaged{checking.make_pair().chain, checking.make_pair().key};
    checking.put(damaged);
    checking.check();
    CHECK(checking.serves(damaged));
    CHECK_FALSE(checking.is_noted());
    CHECK_THAT(checking.host.logged.err,
               ContainsSubstring("the key does not belong to the certificate") &&
                   ContainsSubstring((checking.tls() / "server.crt").string()) &&
                   ContainsSubstring("dokku certs:add shop <certificate> <key>"));
}

TEST_CASE("nothing is noted for an app that letsencrypt does not know", "[serving][design-8.2]") {
    const Checking checking;
    REQUIRE(checking.store.remove_state("shop"));
    checking.check();
    CHECK_FALSE(checking.store.has_state("shop"));
}

TEST_CASE("a file of ours that is missing comes back", "[serving][design-9.3]") {
    const Checking checking;
    const std::string file = GENERATE("server.crt", "server.key");
    fs::remove(checking.tls() / file);
    checking.check();
    CHECK(checking.serves(checking.ours));
    CHECK(checking.is_noted());
    CHECK_THAT(checking.host.logged.err, ContainsSubstring(file + " is missing") &&
                                             ContainsSubstring("dokku proxy:build-config shop"));
}

TEST_CASE("an app that no run has seen since take-over is known by its folder",
          "[serving][design-1.1]") {
    const Checking checking;
    REQUIRE(checking.store.update_state("shop", [](auto& state) { state.installed.reset(); }));
    checking.put({"half of", checking.ours.key});
    checking.check();
    CHECK(checking.serves(checking.ours));
}

TEST_CASE("an app without a pair is left alone", "[serving][design-8.2]") {
    const Checking checking;
    fs::remove_all(checking.tls());
    checking.check();
    CHECK_FALSE(fs::exists(checking.tls()));
    CHECK(checking.host.logged.err.empty());
}

TEST_CASE("a run looks at a pair of ours that has changed, unless someone is at work",
          "[serving][design-8.2]") {
    Checking checking;
    checking.put({checking.ours.chain, checking.make_pair().key});
    SECTION("nobody is") {
        serving::check_pair_of_ours(checking.context, checking.app);
        CHECK(checking.serves(checking.ours));
    }
    SECTION("another run is") {
        const auto lock = checking.store.try_lock_app("shop");
        REQUIRE(lock);
        serving::check_pair_of_ours(checking.context, checking.app);
        CHECK_FALSE(checking.serves(checking.ours));
    }
    SECTION("letsencrypt is off") {
        REQUIRE(checking.store.update_state("shop", [](auto& state) { state.enabled = false; }));
        serving::check_pair_of_ours(checking.context, checking.app);
        CHECK_FALSE(checking.serves(checking.ours));
    }
}

TEST_CASE("a damaged pair of ours without a good copy is kept aside and makes room",
          "[serving][design-9.3]") {
    Checking checking;
    checking.put({checking.ours.chain, "half of"});
    const auto set_aside = [&] {
        return serving::set_damaged_pair_aside(checking.context, checking.app);
    };
    SECTION("enabled") {
        CHECK(set_aside());
        CHECK_FALSE(fs::exists(checking.tls()));
        CHECK_THAT(checking.host.logged.err, ContainsSubstring("letsencrypt/replaced-"));
    }
    SECTION("a person's") {
        checking.change([](auto& state) { state.installed->owner = store::Owner::custom; });
        CHECK_FALSE(set_aside());
        CHECK(fs::exists(checking.tls()));
    }
    SECTION("one that is sound") {
        checking.put(checking.ours);
        CHECK_FALSE(set_aside());
        CHECK(checking.serves(checking.ours));
    }
}

TEST_CASE("a pair that its CA has revoked is not put back", "[serving][rfc9773-4.2]") {
    const Checking checking;
    const Pair damaged{checking.ours.chain, "half of"};
    checking.put(damaged);
    SECTION("by its list, as a run has read") {
        checking.change([&](auto& state) { state.revoked = test::fingerprint_of(checking.ours); });
    }
    SECTION("by its window, as a run was told") {
        checking.change([&](auto& state) {
            store::RenewalPlan plan;
            plan.fingerprint = test::fingerprint_of(checking.ours);
            plan.end = checking.clock.now() - std::chrono::hours{1};
            state.renewal = plan;
        });
    }
    SECTION("lego has taken it away") {
        fs::remove_all(checking.folder() / "certificates");
    }
    checking.check();
    CHECK(checking.serves(damaged));
    CHECK_FALSE(checking.is_noted());
}
