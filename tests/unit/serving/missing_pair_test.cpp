#include "serving/missing_pair.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "crypto/certificate.h"
#include "support/certificate_maker.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "support/run_bench.h"
#include "tls/exchange.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// An app with a pair of ours in certs/current, whose vhost names the pair in `tls`, which is gone.
struct Missing : test::RunBench {
    Missing() : programs(R"(echo "$*" >>"${0%/*}/calls")") {
        const auto made = test::make_key();
        test::CertificateSpec spec;
        spec.common_name = "a.example";
        spec.names = {"a.example"};
        chain = test::make_certificate(spec, made);
        key = made.to_pem().reveal();
        const fs::path folder = host.environment.certs_root(app) / "0123abcd";
        for (const char* file : {"fullchain.pem", "certificates/a.example.crt"})
            test::write_file(folder / file, chain);
        for (const char* file : {"key.pem", "certificates/a.example.key"})
            test::write_file(folder / file, key);
        fs::create_directory_symlink(folder, host.environment.certs_root(app) / "current");
        test::write_file(root() / "VHOST", "a.example\n");
        test::write_file(root() / "nginx.conf",
                         "ssl_certificate " + (tls() / "server.crt").string() + ";\n");
        const auto leaf = crypto::Certificate::parse_pem(chain).value();
        REQUIRE(store.record_issued("shop", leaf.fingerprint(), clock.now()));
        know([&](store::AppState& state) {
            state.enabled = true;
            state.installed =
                store::InstalledPair{leaf.fingerprint(), store::Owner::ours, leaf.not_after()};
        });
    }

    fs::path root() const { return host.environment.app_root(app); }
    fs::path tls() const { return host.environment.tls_root(app); }
    void know(const std::function<void(store::AppState&)>& change) const {
        REQUIRE(store.update_state("shop", change));
    }
    void mend() {
        renewal::CaInquiries inquiries{context};
        simulated.run(serving::mend_missing_pair(inquiries, app));
    }
    bool is_served() const {
        return fs::exists(tls() / "server.crt") &&
               test::content_of(tls() / "server.crt") == chain &&
               test::content_of(tls() / "server.key") == key;
    }
    std::string calls() const {
        return fs::exists(programs / "calls") ? test::content_of(programs / "calls") : "";
    }

    test::FakePrograms programs;
    std::string chain;
    std::string key;
};

}  // namespace

TEST_CASE("a pair of ours that is missing comes back", "[serving]") {
    Missing app;
    SECTION("the whole folder") {}
    SECTION("the files in it") {
        fs::create_directory(app.tls());
    }
    SECTION("one of the files") {
        test::write_file(app.tls() / "server.crt", app.chain);
    }
    SECTION("and what was known of the app") {
        REQUIRE(app.store.remove_state("shop"));
    }
    app.mend();
    CHECK(app.is_served());
    CHECK(app.calls().empty());
    CHECK_THAT(app.host.logged.err,
               ContainsSubstring("The certificate files of shop are missing (" +
                                 app.tls().string() + ")") &&
                   ContainsSubstring("The last good one was put back in its place"));
}

TEST_CASE("where no pair of ours is to come back, the vhost is rebuilt", "[serving]") {
    Missing app;
    SECTION("the app is switched off") {
        app.know([](auto& state) {
            state.enabled = false;
            state.switched_off = true;
        });
    }
    SECTION("a person's certificate was in use") {
        app.know([](auto& state) { state.installed->owner = store::Owner::custom; });
    }
    SECTION("nothing is known of the app, which is a new one of that name") {
        REQUIRE(app.store.remove_state("shop"));
        const auto later = base::to_unix(app.clock.now()) + 1;
        app.host.set_property("shop", "created-at", std::to_string(later), "apps");
    }
    SECTION("what lies in certs is damaged") {
        fs::remove_all(app.host.environment.certs_root(app.app));
    }
    app.mend();
    CHECK_FALSE(fs::exists(app.tls()));
    CHECK(app.calls() == "trigger proxy-build-config shop\n");
    CHECK_THAT(app.host.logged.err, ContainsSubstring("Its vhost is rebuilt without https"));
}

TEST_CASE("ours takes the place of a person's certificate that went unseen", "[serving]") {
    Missing app;
    app.know([](auto& state) { state.installed->owner = store::Owner::custom; });
    app.mend();
    CHECK(app.state().due == app.clock.now());
    CHECK_FALSE(app.state().installed);
}

TEST_CASE("a folder that was set aside is enough", "[serving]") {
    Missing app;
    app.host.install_pair(app.app, "of a person's\n");
    REQUIRE(tls::set_tls_aside(app.root()));
    app.mend();
    CHECK(test::content_of(app.tls() / "server.crt") == "of a person's\n");
    CHECK(app.calls().empty());
}

TEST_CASE("an app that another run is at work for is left to it", "[serving]") {
    Missing app;
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(lock);
    app.mend();
    CHECK_FALSE(fs::exists(app.tls()));
    CHECK(app.calls().empty());
}

TEST_CASE("vhosts whose files are missing are found without asking nginx", "[serving]") {
    Missing app;
    const auto whole = app.host.add_app("whole");
    app.host.install_pair(whole, "x");
    test::write_file(app.host.environment.app_root(whole) / "nginx.conf",
                     (app.host.environment.tls_root(whole) / "server.crt").string());
    const auto plain = app.host.add_app("plain");
    test::write_file(app.host.environment.app_root(plain) / "nginx.conf", "listen 80;");
    const auto bare = app.host.add_app("bare");
    CHECK(serving::find_missing_pairs(app.host.environment, {app.app, whole, plain, bare}) ==
          std::vector<dokku::AppName>{app.app});
}

TEST_CASE("a pair of ours that its CA has revoked does not come back", "[serving]") {
    Missing app;
    app.know([&](store::AppState& state) { state.revoked = state.installed->fingerprint; });
    app.mend();
    CHECK_FALSE(app.is_served());
    CHECK_THAT(app.calls(), ContainsSubstring("proxy-build-config"));
}
