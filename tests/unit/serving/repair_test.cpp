#include "serving/repair.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "ca/lego/command.h"
#include "renewal/stored_pair.h"
#include "store/cause.h"
#include "support/served_app.h"
#include "tls/certs.h"

using Catch::Matchers::ContainsSubstring;
using serving::Repair;

namespace fs = std::filesystem;

namespace {

struct Repairing : test::ServedApp {
    Repair repair() {
        renewal::CaInquiries inquiries{context};
        return simulated.run(serving::repair_certificate(inquiries, app)).value();
    }
    bool is_active() const { return tls::is_active(host.environment, app); }
    /// The folder that certs/current leads to, from the files in it.
    std::string hash_in_current() const {
        const auto line = test::content_of(current() / "config");
        return ca::config_hash(line.substr(0, line.find('\n')), "");
    }
};

}  // namespace

TEST_CASE("the files of a certificate that is served are written again", "[serving]") {
    Repairing app;
    SECTION("all are gone") {
        fs::remove_all(app.certs().parent_path());
    }
    SECTION("the link leads nowhere") {
        fs::remove_all(app.folder());
    }
    SECTION("the state is gone as well") {
        fs::remove_all(app.certs().parent_path());
        REQUIRE(app.store.remove_state("shop"));
    }
    SECTION("the record is gone as well") {
        fs::remove_all(app.certs().parent_path());
        fs::remove(app.host.environment.global_root() / "state" / "issued.jsonl");
    }
    CHECK_FALSE(app.is_active());
    CHECK(app.repair() == Repair::done);
    CHECK(app.is_active());
    CHECK(app.serves(app.ours));
    const auto stored = renewal::find_stored_pair(app.host.environment, app.app);
    REQUIRE(stored);
    CHECK(stored->chain_pem == app.ours.chain);
    CHECK(stored->key_pem.reveal() == app.ours.key);
    CHECK(test::mode_of(app.current() / "key.pem") == 0600);
    CHECK(fs::is_symlink(app.current()));
    CHECK(fs::read_symlink(app.current()).filename() == app.hash_in_current());
    CHECK(app.state().enabled);
    CHECK(app.state().covered == std::vector<std::string>{"a.example"});
    CHECK(app.store.was_issued_for("shop", test::fingerprint_of(app.ours)).value());
    CHECK_THAT(app.host.logged.err, ContainsSubstring("it was written there again"));
}

TEST_CASE("a folder in the place of certs/current becomes a link again", "[serving]") {
    Repairing app;
    test::write_file(app.folder() / "config", "--server https://ca.example/directory\n");
    test::write_file(app.folder() / "docker_options", "\n");
    fs::remove(app.current());
    SECTION("alone") {
        fs::rename(app.folder(), app.current());
    }
    SECTION("beside a copy of itself") {
        const auto hash = ca::config_hash("--server https://ca.example/directory", "");
        fs::copy(app.folder(), app.certs() / hash, fs::copy_options::recursive);
        fs::rename(app.folder(), app.current());
    }
    CHECK(serving::needs_link(app.host.environment, app.app));
    CHECK(app.is_active());
    CHECK(app.repair() == Repair::done);
    CHECK_FALSE(serving::needs_link(app.host.environment, app.app));
    REQUIRE(fs::is_symlink(app.current()));
    CHECK(fs::read_symlink(app.current()) == app.certs() / app.hash_in_current());
    CHECK(app.is_active());
    CHECK(renewal::find_stored_pair(app.host.environment, app.app));
}

TEST_CASE("a link to where the app's folders lay before is led to where they are", "[serving]") {
    Repairing app;
    fs::remove(app.current());
    fs::create_directory_symlink("/old/home/shop/letsencrypt/certs/0123abcd", app.current());
    CHECK(app.repair() == Repair::done);
    CHECK(fs::read_symlink(app.current()) == app.folder());
    CHECK(app.is_active());
}

TEST_CASE("a pair that is missing in tls is served again from certs/current", "[serving]") {
    Repairing app;
    fs::remove_all(app.tls());
    SECTION("it is good") {
        CHECK(app.repair() == Repair::done);
        CHECK(app.serves(app.ours));
        CHECK(app.is_active());
        CHECK_THAT(app.host.logged.err,
                   ContainsSubstring("the last one that is good was put back"));
        return;
    }
    SECTION("it has ended") {
        app.clock.advance(test::ServedApp::days(81));
    }
    SECTION("it was revoked") {
        app.change([&](auto& state) { state.revoked = test::fingerprint_of(app.ours); });
    }
    SECTION("lego has revoked it") {
        fs::remove_all(app.folder() / "certificates");
    }
    CHECK(app.repair() == Repair::needs_order);
    CHECK_FALSE(fs::exists(app.tls()));
}

TEST_CASE("half a pair of a person's gives way to one of ours that is good, and is kept",
          "[serving]") {
    Repairing app;
    const auto custom = app.make_pair();
    app.put(custom);
    fs::remove(app.tls() / "server.key");
    CHECK(app.repair() == Repair::done);
    CHECK(app.serves(app.ours));
    CHECK(app.state().names.front().cause == store::cause::kNotServed);
    const fs::path kept =
        app.host.environment.app_root(app.app) / "letsencrypt" / "replaced-2026-02-02T024000Z";
    CHECK(test::content_of(kept / "server.crt") == custom.chain);
}

TEST_CASE("nothing is put right beside another run", "[serving]") {
    Repairing app;
    fs::remove_all(app.certs());
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(lock);
    CHECK(app.repair() == Repair::left_to_other);
    CHECK_FALSE(fs::exists(app.certs()));
}

TEST_CASE("a certificate of a person's is written nowhere", "[serving]") {
    Repairing app;
    fs::remove_all(app.certs());
    app.put(app.make_pair());
    CHECK(app.repair() == Repair::needs_order);
    CHECK_FALSE(fs::exists(app.certs()));
}
