#include "status/status.h"

#include <filesystem>
#include <functional>
#include <string>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "json/value.h"
#include "settings/known_servers.h"
#include "store/app_summary.h"
#include "store/cause.h"
#include "store/last_run.h"
#include "support/certificate_maker.h"
#include "support/dokku_host.h"
#include "support/files.h"
#include "support/stuck_lock.h"
#include "tls/certs.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::days;
using store::NameStatus;

namespace {

/// An app that nginx serves with a certificate of ours.
struct Host {
    Host() {
        test::DokkuHost::write(host.environment.root / "shop" / "VHOST", "shop.test\n");
        const auto key = test::make_key();
        const std::string pem = test::make_certificate({.common_name = "shop.test",
                                                        .names = {"shop.test"},
                                                        .not_before = now - days{30},
                                                        .not_after = now + days{60}},
                                                       key);
        host.issue(app, "shop.test", pem);
        host.install_pair(app, pem, key.to_pem().reveal());
        keep([](store::AppState& state) {
            state.enabled = true;
            state.installed = store::InstalledPair{};
            state.names.resize(1);
            state.names.front().name = "shop.test";
            state.names.front().status = NameStatus::in_use;
        });
    }

    void keep(const std::function<void(store::AppState&)>& change) const {
        REQUIRE(store.update_state("shop", change));
    }
    /// As an order does.
    void record() const {
        const auto pem = test::content_of(host.environment.tls_root(app) / "server.crt");
        const auto leaf = crypto::Certificate::parse_pem(pem).value();
        REQUIRE(store.record_issued("shop", leaf.fingerprint(), now));
    }
    void install_custom(base::UtcTime until) const {
        host.install_pair(app, test::make_certificate({.common_name = "shop.test",
                                                       .names = {"shop.test"},
                                                       .not_before = now - days{30},
                                                       .not_after = until},
                                                      test::make_key()));
        keep([&](store::AppState& state) {
            state.installed = store::InstalledPair{"", store::Owner::custom, until};
        });
    }
    void issued_by(std::string_view server) const {
        keep([&](store::AppState& state) { state.installed->server = server; });
    }
    status::AppStatus status() const {
        return status::read_status(host.environment, store, app).value();
    }
    std::string text() const { return base::join(status::render_status(status()), "\n"); }
    json::Value document() const {
        return json::Value::parse(status::render_status_json(status())).value();
    }

    base::UtcTime now = base::SystemClock{}.now();
    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
};

}  // namespace

TEST_CASE("a name in use needs nothing", "[status][design-2.1]") {
    const Host host;
    CHECK(host.status().summary == "ok");
    CHECK(host.status().is_settled());
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  in-use"));
    CHECK(host.document().elements().empty());
    CHECK(host.document().find("names")->elements().front().string("status") == "in-use");
}

TEST_CASE("a renewal that fails is shown, though the certificate is still in use",
          "[status][design-2.1]") {
    const Host host;
    const auto next = host.now + std::chrono::hours{3};
    host.keep([&](store::AppState& state) {
        store::NameState& name = state.names.front();
        name.cause = store::cause::kFirewall;
        name.reason = "Timeout during connect";
        name.since = host.now - days{1};
        name.failures = 5;
        name.next_try = next;
    });
    CHECK_FALSE(host.status().is_settled());
    CHECK(host.status().summary == "failing");
    const std::string text = host.text();
    CHECK_THAT(text, ContainsSubstring("shop.test  in-use"));
    CHECK_THAT(text, ContainsSubstring("firewall: Timeout during connect"));
    CHECK_THAT(text, ContainsSubstring("since " + base::to_readable(host.now - days{1}) +
                                       ", next try " + base::to_readable(next)));
    CHECK_THAT(text, ContainsSubstring("dokku letsencrypt:retry shop"));
    const auto name = host.document().find("names")->elements().front();
    CHECK(name.string("next_try") == base::to_rfc3339(next));
    CHECK(name.integer("failures") == 5);
}

TEST_CASE("a certificate of a staging CA is shown as untrusted", "[status][design-2.3]") {
    const Host host;
    for (const std::string_view server :
         {settings::kProductionServer, std::string_view{"https://ca.test/dir"},
          std::string_view{}}) {
        CAPTURE(server);
        host.issued_by(server);
        CHECK(host.status().trusted);
        CHECK(host.document().boolean("trusted") == true);
        CHECK_THAT(host.text(), !ContainsSubstring("staging"));
    }
    host.issued_by(settings::kStagingServer);
    CHECK(host.document().boolean("trusted") == false);
    CHECK_THAT(host.text(), ContainsSubstring(" !     The certificate is of a staging CA"));
    CHECK_THAT(host.text(), ContainsSubstring("dokku letsencrypt:set shop server default"));
    // That is a warning: the name has what was asked for.
    CHECK(host.status().is_settled());
}

TEST_CASE("the issuer of what is not in use does not matter", "[status][design-2.3]") {
    const Host host;
    host.issued_by(settings::kStagingServer);
    const auto key = test::make_key();
    host.host.install_pair(host.app, test::make_certificate({.common_name = "own.test"}, key));
    CHECK(host.status().trusted);
}

TEST_CASE("a damaged certificate of ours is no custom one", "[status][design-1.1]") {
    const Host host;
    test::DokkuHost::write(host.host.environment.tls_root(host.app) / "server.crt", "half of");
    CHECK(host.status().summary == "failing");
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  failed"));
    CHECK_THAT(host.text(), ContainsSubstring("host: nginx cannot load the certificate in tls/: "));
    host.keep([](store::AppState& state) { state.installed->owner = store::Owner::custom; });
    CHECK(host.status().summary == "not-used");
}

TEST_CASE("a certificate of ours that no renewal finds is no certificate of a person's",
          "[status]") {
    const Host host;
    host.record();
    std::filesystem::remove_all(host.host.environment.certs_root(host.app));
    CHECK(host.status().summary == "failing");
    CHECK_FALSE(host.status().is_settled());
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  in-use") &&
                                ContainsSubstring("covered until") &&
                                ContainsSubstring("it cannot be renewed"));
    // What a run has found out about it comes first.
    host.keep([](store::AppState& state) {
        state.names.front().cause = store::cause::kCaUnreachable;
        state.names.front().reason = "no answer";
    });
    CHECK_THAT(host.text(), ContainsSubstring("ca-unreachable: no answer"));
}

TEST_CASE("a certificate of ours that is gone is reported", "[status]") {
    const Host host;
    host.record();
    const auto tls = host.host.environment.tls_root(host.app);
    SECTION("all of it") {
        std::filesystem::remove_all(tls);
    }
    SECTION("its key") {
        std::filesystem::remove(tls / "server.key");
    }
    CHECK(host.status().summary == "failing");
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  failed") &&
                                ContainsSubstring("host: the certificate in tls/ is missing"));
    host.keep([](store::AppState& state) { state.enabled = false; });
    CHECK(host.status().summary == "off");
}

TEST_CASE("a person's certificate that has expired is reported where ours is to take its place",
          "[status]") {
    const Host host;
    host.install_custom(host.now - days{1});
    CHECK(host.status().summary == "failing");
    CHECK_FALSE(host.status().is_settled());
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  failed") &&
                                ContainsSubstring("expired: the certificate expired on"));
    host.keep([](store::AppState& state) {
        state.names.front().status = NameStatus::pending_dns;
        state.names.front().cause = store::cause::kDnsMissing;
        state.names.front().reason = "no address";
    });
    CHECK(host.status().summary == "failing");
    CHECK_THAT(host.text(), ContainsSubstring("dns-missing: no address"));
    host.install_custom(host.now + days{1});
    CHECK(host.status().summary == "not-used");
    host.install_custom(host.now - days{1});
    host.keep([](store::AppState& state) { state.enabled = false; });
    CHECK(host.status().summary == "not-used");
}

TEST_CASE("what cannot be read is shown", "[status]") {
    const Host host;
    std::filesystem::remove_all(host.host.environment.certs_root(host.app));
    const auto record = host.host.environment.global_root() / "state" / "issued.jsonl";
    std::filesystem::create_directory(record);
    CHECK(host.status().summary == "failing");
    CHECK_THAT(host.text(), ContainsSubstring("host: ") && ContainsSubstring(record.string()));
}

TEST_CASE("an app whose domains are gone is failing as long as it has a certificate of ours",
          "[status]") {
    const Host host;
    std::filesystem::remove(host.host.environment.root / "shop" / "VHOST");
    CHECK(host.status().summary == "failing");
    CHECK_FALSE(host.status().is_settled());
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  in-use") &&
                                ContainsSubstring("host: the app has no domain") &&
                                ContainsSubstring("dokku domains:add shop shop.test"));
    host.keep([](store::AppState& state) { state.switched_off = true; });
    CHECK(host.status().is_settled());
}

TEST_CASE("right after a rename our certificate is still ours", "[status][rename]") {
    const Host host;
    host.record();
    const auto until = tls::read_expiration(host.host.environment, host.app).value();
    std::filesystem::remove_all(host.host.environment.certs_root(host.app).parent_path());
    test::DokkuHost::write(host.host.environment.root / "shop" / "VHOST", "shop.test\nnew.test\n");
    const auto names = host.status().names;
    REQUIRE(names.size() == 2);
    CHECK(names[0].state.status == NameStatus::in_use);
    CHECK(names[0].covered_until == until);
    CHECK(names[1].state.status == NameStatus::creating);
}

TEST_CASE("a certificate of a person's is told with its end", "[status]") {
    const Host host;
    const auto key = test::make_key();
    host.host.install_pair(host.app, test::make_certificate({.common_name = "own.test",
                                                             .not_before = host.now - days{1},
                                                             .not_after = host.now + days{9}},
                                                            key));
    CHECK_THAT(host.text(),
               ContainsSubstring("custom-certificate: a certificate of its own is served until " +
                                 base::to_readable(host.now + days{9})));
}

TEST_CASE("an app whose lock a stuck run holds is failing, whatever it has", "[status]") {
    const Host host;
    const test::StuckLock lock{host.host.environment.global_root() / "locks" / "shop",
                               std::chrono::hours{3}};
    CHECK(host.status().summary == "failing");
    CHECK_FALSE(host.status().is_settled());
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  in-use"));
    CHECK_THAT(host.text(), ContainsSubstring("stuck-run: a run for the app has come to no end "
                                              "(process " +
                                              std::to_string(::getpid()) + ", for 3 h)"));
    host.keep([](store::AppState& state) {
        state.names.front().status = NameStatus::failed;
        state.names.front().cause = store::cause::kCaUnreachable;
    });
    CHECK_THAT(host.text(), ContainsSubstring("stuck-run: "));
}

TEST_CASE("an app that no run has looked after for long is failing", "[status]") {
    const Host host;
    const auto global = host.host.environment.global_root();
    for (const char* file : {"installation", "autorenew"}) {
        test::DokkuHost::write(global / file, "installed\n");
        std::filesystem::last_write_time(
            global / file, std::filesystem::file_time_type::clock::now() - std::chrono::hours{40});
    }
    CHECK(host.status().summary == "failing");
    CHECK_THAT(host.text(), ContainsSubstring("no-renewal-run: no run over all apps"));
    // What a name fails with itself says more.
    host.keep([](store::AppState& state) {
        state.names.front().cause = store::cause::kCaUnreachable;
        state.names.front().reason = "no answer";
    });
    CHECK_THAT(host.text(), ContainsSubstring("ca-unreachable: no answer"));
    REQUIRE(store::write_last_run(host.host.environment.global_root(), {host.now, 0, 0}));
    host.keep([](store::AppState& state) { state.names.front().cause.clear(); });
    CHECK(host.status().summary == "ok");
}

TEST_CASE("an app whose records cannot be written is failing", "[status]") {
    const Host host;
    const auto global = host.host.environment.global_root();
    const std::string shut =
        GENERATE("state/due", "state/issued.jsonl", "ledger.jsonl", "locks/shop", "locks/.run");
    CAPTURE(shut);
    std::filesystem::remove(global / shut);
    std::filesystem::create_directories(global / shut / "a folder");
    CHECK(host.status().summary == "failing");
    CHECK_FALSE(host.status().is_settled());
    CHECK(store::read_summary(host.store, "shop").status == "failing");
    CHECK_THAT(host.text(), ContainsSubstring("shop.test  in-use"));
    CHECK_THAT(host.text(),
               ContainsSubstring("host: nothing can be renewed, for it could not be") &&
                   ContainsSubstring((global / shut).string()));
}

TEST_CASE("a name that waits for a run that cannot do anything is failing", "[status]") {
    const Host host;
    std::filesystem::create_directories(host.host.environment.global_root() / "ledger.jsonl");
    host.keep([](store::AppState& state) {
        state.names.clear();
        state.installed.reset();
    });
    std::filesystem::remove_all(host.host.environment.tls_root(host.app));
    std::filesystem::remove_all(host.host.environment.certs_root(host.app));
    const auto names = host.status().names;
    REQUIRE(names.size() == 1);
    CHECK(names[0].state.status == NameStatus::failed);
    CHECK(names[0].state.cause == store::cause::kHost);
}

TEST_CASE("what root has kept for itself is seen without a trial", "[status]") {
    const Host host;
    const auto global = host.host.environment.global_root();
    const std::string shut = GENERATE("state", "locks", "ledger.jsonl");
    CAPTURE(shut);
    if (shut == "locks") std::filesystem::create_directories(global / shut);
    if (shut == "ledger.jsonl") test::DokkuHost::write(global / shut, "");
    // Root may write everything.
    test::give_tree(host.host.environment.root.parent_path(), 1);
    std::filesystem::permissions(global / shut, std::filesystem::perms{0555});
    const auto before = test::look_at(global);
    const test::Fork child{[&] {
        if (::geteuid() == 0 && ::setuid(1) != 0) return false;
        return host.status().summary == "failing" &&
               host.text().find("Permission denied") != std::string::npos;
    }};
    CHECK(child.succeeded());
    CHECK(test::look_at(global) == before);
    std::filesystem::permissions(global / shut, std::filesystem::perms{0755});
}

TEST_CASE("a file of CAs that is gone keeps every run from beginning", "[status]") {
    const Host host;
    ::setenv("LEGO_CA_CERTIFICATES", "/nowhere/ca.pem", 1);
    const auto status = host.status();
    const std::string text = host.text();
    ::unsetenv("LEGO_CA_CERTIFICATES");
    CHECK(status.summary == "failing");
    CHECK_THAT(text, ContainsSubstring("host: no CA can be asked: reading /nowhere/ca.pem"));
    CHECK(host.status().summary == "ok");
}

TEST_CASE("the page on which the CA explains a renewal is shown with its time", "[status]") {
    const Host host;
    const auto at = base::from_unix(1'770'000'000);
    host.keep([&](store::AppState& state) {
        state.installed->fingerprint = "ab12";
        state.renewal = store::RenewalPlan{};
        state.renewal->fingerprint = "ab12";
        state.renewal->explanation_url = "https://ca.test/why";
        state.renew_at = at;
    });
    CHECK_THAT(host.text(),
               ContainsSubstring("renewal from " + base::to_readable(at) +
                                 "; the CA explains that time at https://ca.test/why"));
    CHECK(host.document().string("renews_at") == base::to_rfc3339(at));
    // Its time has come, and it was not renewed yet.
    host.keep([](store::AppState& state) { state.renew_at.reset(); });
    CHECK_THAT(
        host.text(),
        ContainsSubstring("       the CA explains the time of the renewal at https://ca.test/why"));
}

TEST_CASE("a next try that a wrong clock wrote is shown as it will be", "[status]") {
    const Host host;
    host.keep([&](store::AppState& state) {
        state.names.front().cause = store::cause::kCaUnreachable;
        state.names.front().next_try = host.now + days{366};
        state.names.front().next_try_set = host.now + days{365};
    });
    const auto name = host.document().find("names")->elements().front();
    const auto next = base::parse_rfc3339(name.string("next_try").value_or(""));
    REQUIRE(next);
    CHECK(*next <= host.now + std::chrono::hours{2});
}
