#include "revocation/revoke.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "crypto/certificate.h"
#include "support/certificate_maker.h"
#include "support/files.h"
#include "support/order_story.h"
#include "support/run_bench.h"

using acme::RevocationReason;
using Catch::Matchers::ContainsSubstring;
using http::Method;
using test::at_ca;
using test::problem_json;

namespace fs = std::filesystem;

namespace {

/// `shop` has a certificate in certs/current, and an account that ordered it.
struct Revoking : test::RunBench {
    Revoking() {
        host.set_property("--global", "email", "me@x.test");
        host.set_property("--global", "server", at_ca("/directory"));
        const fs::path account =
            host.environment.global_root() / "accounts" / "ca.example" / "me@x.test";
        test::write_file(account / "account.json",
                         R"({"email":"me@x.test","registration":{"body":{"status":"valid"},)"
                         R"("uri":"https://ca.example/account/5"}})");
        test::write_file(account / "keys" / "me@x.test.key",
                         std::string{test::account_key().to_pem().reveal()});
        http.answer(Method::get, at_ca("/directory"), 200,
                    R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
                        at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") +
                        R"(","revokeCert":")" + at_ca("/revoke") + "\"}");
        issue(app, "a.test", key);
    }

    /// Into certs/current.
    void issue(const dokku::AppName& to, const std::string& name, const crypto::PrivateKey& with,
               const std::string& serial = "\x01") {
        test::DokkuHost::write(host.environment.app_root(to) / "VHOST", name + "\n");
        host.issue(to, name, certificate(name, with, serial));
        test::DokkuHost::write(
            host.environment.certs_root(to) / "current/certificates" / (name + ".key"),
            with.to_pem().reveal());
    }
    fs::path current(const dokku::AppName& of, const std::string& name) const {
        return host.environment.certs_root(of) / "current/certificates" / (name + ".crt");
    }
    std::string fingerprint_of(const dokku::AppName& of, const std::string& name) const {
        return crypto::Certificate::parse_pem(test::content_of(current(of, name)))->fingerprint();
    }
    static std::string certificate(const std::string& name, const crypto::PrivateKey& with,
                                   const std::string& serial) {
        return test::make_certificate(
            {.common_name = name, .names = {name}, .serial_bytes = serial}, with);
    }
    /// The same, served by nginx.
    dokku::AppName serving(const std::string& name, const crypto::PrivateKey& with,
                           const std::string& serial) {
        auto other = host.add_app(name);
        issue(other, name + ".test", with, serial);
        host.install_pair(other, test::content_of(current(other, name + ".test")));
        REQUIRE(store.update_state(name, [](store::AppState& state) { state.enabled = true; }));
        return other;
    }

    Revoking& answers(int status, const std::string& problem = "") {
        http.answer(Method::head, at_ca("/new-nonce"), 200, "");
        http.post(at_ca("/revoke"), status, problem);
        return *this;
    }
    void act(RevocationReason reason) {
        REQUIRE(run(revocation::revoke(context, app, reason)));
        CHECK(http.left() == 0);
    }
    bool last_is_by_the_key() const {
        const std::string& header = http.last().protected_header;
        return header.find("\"jwk\":" + key.public_jwk()) != std::string::npos;
    }
    bool last_is_by_the_account() const {
        return http.last().protected_member("kid") == at_ca("/account/5");
    }
    store::AppState state_of(const std::string& name) const {
        return store.read_state(name).value();
    }

    crypto::PrivateKey key = test::make_key();
};

}  // namespace

TEST_CASE("a compromised key speaks for itself", "[revocation][rfc8555-7.6]") {
    Revoking ca;
    ca.answers(200).act(RevocationReason::key_compromise);
    CHECK(ca.last_is_by_the_key());
    CHECK_THAT(ca.http.last().payload, ContainsSubstring(R"("reason":1)"));
    CHECK_THAT(ca.host.logged.out, ContainsSubstring("so that the CA blocks that key"));
}

TEST_CASE("for every other reason the account speaks", "[revocation][rfc8555-7.6]") {
    Revoking ca;
    ca.answers(200).act(RevocationReason::superseded);
    CHECK(ca.last_is_by_the_account());
}

TEST_CASE("where a compromised key cannot speak the account does", "[revocation][rfc8555-7.6]") {
    Revoking ca;
    std::string said;
    SECTION("it is not on this host") {
        fs::remove(ca.host.environment.certs_root(ca.app) / "current/certificates/a.test.key");
        said = "The certificate's key is not on this host";
    }
    SECTION("the CA does not take its word") {
        ca.answers(403, problem_json("unauthorized", "no"));
        said = "trying with the account";
    }
    ca.answers(200).act(RevocationReason::key_compromise);
    CHECK(ca.last_is_by_the_account());
    CHECK_THAT(ca.host.logged.out, ContainsSubstring(said));
    CHECK_THAT(ca.host.logged.out, ContainsSubstring("does not block"));
}

TEST_CASE("an answer that was lost is no reason to ask in another's name", "[revocation]") {
    Revoking ca;
    ca.http.answer(Method::head, at_ca("/new-nonce"), 200, "");
    ca.http.lose(Method::post, at_ca("/revoke"));
    ca.act(RevocationReason::key_compromise);
    CHECK_THAT(ca.host.logged.out, ContainsSubstring("Certificate revocation failed"));
}

TEST_CASE("other certificates with a compromised key are named and due", "[revocation]") {
    Revoking ca;
    const auto same_app = ca.serving("same", ca.key, "\x02");
    ca.serving("other", test::make_key(), "\x03");
    REQUIRE(ca.store.update_state("same", [&](store::AppState& state) {
        store::RunningOrder order;
        order.key_pem = ca.key.to_pem();
        state.order = std::move(order);
    }));
    // A folder of an earlier configuration.
    test::DokkuHost::write(
        ca.host.environment.certs_root(ca.app) / "former/certificates/former.test.crt",
        Revoking::certificate("former.test", ca.key, "\x04"));
    SECTION("for a compromised key") {
        ca.answers(200).act(RevocationReason::key_compromise);
        const auto same = ca.state_of("same");
        CHECK(same.revoked == ca.fingerprint_of(same_app, "same.test"));
        CHECK(same.due == ca.clock.now());
        CHECK_FALSE(same.order);
        CHECK_THAT(ca.host.logged.err,
                   ContainsSubstring("same has a certificate with the same key (same.test). The "
                                     "next minute orders another one") &&
                       ContainsSubstring("shop keeps an unused certificate with the same key "
                                         "(former.test); it goes with: dokku letsencrypt:cleanup "
                                         "shop"));
    }
    SECTION("but for no other reason") {
        ca.answers(200).act(RevocationReason::superseded);
        CHECK(ca.state_of("same").revoked.empty());
        CHECK_THAT(ca.host.logged.err, !ContainsSubstring("same key"));
    }
    CHECK(ca.state_of("other").revoked.empty());
    CHECK_FALSE(ca.state_of("other").due);
    const auto shop = ca.state_of("shop");
    CHECK(shop.revoked == ca.fingerprint_of(ca.app, "a.test"));
}

TEST_CASE("an app that letsencrypt is off for is named with what to type", "[revocation]") {
    Revoking ca;
    ca.serving("same", ca.key, "\x02");
    REQUIRE(ca.store.update_state("same", [](auto& state) { state.switched_off = true; }));
    ca.answers(200).act(RevocationReason::key_compromise);
    CHECK_FALSE(ca.state_of("same").due);
    CHECK_FALSE(ca.state_of("same").revoked.empty());
    CHECK_THAT(ca.host.logged.err,
               ContainsSubstring("letsencrypt is off for it. To replace it: dokku "
                                 "letsencrypt:enable same"));
}

TEST_CASE("another app that serves the very certificate is named and due", "[revocation]") {
    Revoking ca;
    const std::string pem = test::content_of(ca.current(ca.app, "a.test"));
    const auto copy = ca.host.add_app("copy");
    ca.host.install_pair(copy, pem);
    REQUIRE(ca.store.record_issued("shop", ca.fingerprint_of(ca.app, "a.test"), ca.clock.now()));
    const bool is_enabled = GENERATE(true, false);
    CAPTURE(is_enabled);
    REQUIRE(ca.store.update_state("copy", [&](auto& state) { state.enabled = is_enabled; }));
    ca.answers(200).act(RevocationReason::key_compromise);
    CHECK(ca.state_of("copy").revoked == ca.fingerprint_of(ca.app, "a.test"));
    CHECK(ca.state_of("copy").due.has_value() == is_enabled);
    CHECK_THAT(ca.host.logged.err,
               ContainsSubstring("copy has a certificate with the same key (a.test)") &&
                   ContainsSubstring(is_enabled ? "The next minute orders another one"
                                                : "letsencrypt is off for it"));
}

TEST_CASE("a certificate in whose place a custom one is served is not replaced", "[revocation]") {
    Revoking ca;
    const auto same = ca.serving("same", ca.key, "\x02");
    const bool is_same = GENERATE(true, false);
    CAPTURE(is_same);
    const auto own_key = is_same ? crypto::PrivateKey::parse_pem(ca.key.to_pem().reveal())
                                 : base::Result<crypto::PrivateKey>{test::make_key()};
    ca.host.install_pair(same, Revoking::certificate("own.test", *own_key, "\x07"));
    ca.answers(200).act(RevocationReason::key_compromise);
    const std::string custom =
        "same has a certificate of its own with the same key (own.test). Install another one, with "
        "a new key, with: dokku certs:add same";
    CHECK((ca.host.logged.err.find(custom) != std::string::npos) == is_same);
    CHECK_THAT(ca.host.logged.err,
               ContainsSubstring("same keeps an unused certificate with the same key (same.test), "
                                 "which letsencrypt does not use again") &&
                   !ContainsSubstring("enable same"));
    CHECK(ca.state_of("same").revoked == ca.fingerprint_of(same, "same.test"));
    CHECK_FALSE(ca.state_of("same").due);
}
