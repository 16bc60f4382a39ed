#include "renewal/standing.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "settings/exclusions.h"
#include "support/served_app.h"

using renewal::Standing;
using renewal::StandingFacts;

namespace fs = std::filesystem;

namespace {

struct Standings : test::ServedApp {
    Standing standing() const {
        return renewal::read_standing(host.environment, store, app, clock.now()).value();
    }
    void install_custom(base::UtcTime until) const {
        put(make_pair(clock.now() - days(30), until));
        change([](auto& state) { state.installed->owner = store::Owner::custom; });
    }
};

}  // namespace

TEST_CASE("how an app that is not active stands", "[renewal]") {
    using store::Owner;
    struct Row {
        StandingFacts facts;
        Standing standing;
    };
    const Row row =
        GENERATE(Row{{false, true, true, Owner::ours, false}, Standing::unwanted},
                 Row{{true, false, true, Owner::ours, false}, Standing::unwanted},
                 Row{{true, true, false, std::nullopt, false}, Standing::waiting},
                 Row{{true, true, false, Owner::ours, false}, Standing::waiting},  // a clone's
                 Row{{true, true, true, std::nullopt, false}, Standing::lost},
                 Row{{true, true, true, Owner::ours, false}, Standing::lost},
                 Row{{true, true, true, Owner::ours, true}, Standing::lost},
                 Row{{true, true, true, Owner::custom, false}, Standing::custom},
                 Row{{true, true, false, Owner::custom, true}, Standing::custom_ended});
    CHECK(renewal::standing_of(row.facts) == row.standing);
}

TEST_CASE("the scheduled run answers for apps that had a certificate of ours or one that ended",
          "[renewal]") {
    CHECK(renewal::is_to_have_https(Standing::active));
    CHECK(renewal::is_to_have_https(Standing::lost));
    CHECK(renewal::is_to_have_https(Standing::custom_ended));
    CHECK_FALSE(renewal::is_to_have_https(Standing::custom));
    CHECK_FALSE(renewal::is_to_have_https(Standing::waiting));
    CHECK_FALSE(renewal::is_to_have_https(Standing::unwanted));
}

TEST_CASE("an app is lost whatever part of its files is gone", "[renewal]") {
    const Standings app;
    CHECK(app.standing() == Standing::active);
    SECTION("the folder of its certificates") {
        fs::remove_all(app.certs().parent_path());
    }
    SECTION("the link, which leads nowhere") {
        fs::remove_all(app.folder());
    }
    SECTION("the pair") {
        fs::remove_all(app.tls());
    }
    SECTION("all of it") {
        fs::remove_all(app.tls());
        fs::remove_all(app.certs().parent_path());
    }
    SECTION("and the host's record") {
        fs::remove_all(app.certs());
        fs::remove(app.host.environment.global_root() / "state" / "issued.jsonl");
    }
    SECTION("and what is known of the pair, but for its names") {
        fs::remove_all(app.tls());
        app.change([](auto& state) { state.installed.reset(); });
    }
    SECTION("its key, which nginx cannot load any more") {
        test::write_file(app.tls() / "server.key", "");
    }
    SECTION("and its state") {
        fs::remove_all(app.certs());
        REQUIRE(app.store.remove_state("shop"));
    }
    SECTION("and its state with the pair") {
        fs::remove_all(app.tls());
        REQUIRE(app.store.remove_state("shop"));
        app.host.set_property("shop", "created-at", std::to_string(base::to_unix(app.clock.now())),
                              "apps");
    }
    SECTION("and all that its state said") {
        fs::remove_all(app.tls());
        test::write_file(app.host.environment.global_root() / "state" / "shop.json", "{}");
    }
    SECTION("half of a person's pair, which is none to nginx") {
        app.install_custom(app.clock.now() + test::ServedApp::days(1));
        fs::remove(app.tls() / "server.key");
    }
    SECTION("and its state is damaged") {
        fs::remove_all(app.certs());
        test::write_file(app.host.environment.global_root() / "state" / "shop.json", "[");
    }
    CHECK(app.standing() == Standing::lost);
    app.change([](auto& state) {
        state.enabled = false;
        state.switched_off = true;
    });
    CHECK(app.standing() == Standing::unwanted);
}

TEST_CASE("an app without a state that never had a certificate by its own name is not ours",
          "[renewal]") {
    const Standings app;
    REQUIRE(app.store.remove_state("shop"));
    fs::remove_all(app.certs());
    SECTION("a new app with the name of one that was destroyed") {
        fs::remove_all(app.tls());
        const auto later = base::to_unix(app.clock.now()) + 1;
        app.host.set_property("shop", "created-at", std::to_string(later), "apps");
        CHECK(app.standing() == Standing::unwanted);
    }
    SECTION("a clone, with the pair of the app that it was made from") {
        const auto twin = app.host.add_app("twin");
        test::DokkuHost::write(app.host.environment.app_root(twin) / "VHOST", "a.example\n");
        fs::copy(app.tls(), app.host.environment.tls_root(twin));
        const auto standing = [&] {
            return renewal::read_standing(app.host.environment, app.store, twin, app.clock.now())
                .value();
        };
        CHECK(standing() == Standing::unwanted);
        REQUIRE(app.store.update_state("twin", [](auto& state) { state.enabled = true; }));
        CHECK(standing() == Standing::waiting);
    }
}

TEST_CASE("a person's certificate wins until it ends", "[renewal]") {
    const Standings app;
    app.install_custom(app.clock.now() + test::ServedApp::days(1));
    CHECK(app.standing() == Standing::custom);
    app.install_custom(app.clock.now());
    CHECK(app.standing() == Standing::custom_ended);
}

TEST_CASE("an app that wants no name is to have nothing", "[renewal]") {
    const Standings app;
    fs::remove_all(app.tls());
    SECTION("it has no domain") {
        fs::remove(app.host.environment.app_root(app.app) / "VHOST");
    }
    SECTION("its only one is excluded") {
        REQUIRE(settings::add_exclusions(app.host.environment, app.app, {"*.example"}));
    }
    CHECK(app.standing() == Standing::unwanted);
}

TEST_CASE("what cannot be read is an error, not a guess", "[renewal]") {
    const Standings app;
    fs::remove_all(app.certs());
    SECTION("the state") {
        const auto file = app.host.environment.global_root() / "state" / "shop.json";
        fs::remove(file);
        fs::create_directory(file);
    }
    SECTION("the record, of a pair that the state does not know") {
        app.put(app.make_pair());
        const auto record = app.host.environment.global_root() / "state" / "issued.jsonl";
        fs::remove(record);
        fs::create_directory(record);
    }
    CHECK_FALSE(renewal::read_standing(app.host.environment, app.store, app.app, app.clock.now()));
}
