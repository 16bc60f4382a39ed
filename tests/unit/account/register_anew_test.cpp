#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "account/account.h"
#include "support/certificate_maker.h"
#include "support/dns_server.h"
#include "support/files.h"
#include "support/order_story.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using http::Method;
using test::at_ca;
using test::problem_json;

namespace fs = std::filesystem;

namespace {

const std::string kValid = R"({"status":"valid"})";

/// Looks at the disk when newAccount is sent.
class Watched final : public test::InstantHttp {
  public:
    Watched(test::InstantHttp& inner, fs::path old_key, fs::path new_key)
        : inner_(inner), old_key_(std::move(old_key)), new_key_(std::move(new_key)) {}

    base::Result<http::Response> reply(const http::Request& request) override {
        if (request.url == at_ca("/new-account")) {
            old_in_place = fs::exists(old_key_);
            new_on_disk = fs::exists(new_key_);
        }
        return inner_.reply(request);
    }

    bool old_in_place = false;
    bool new_on_disk = false;

  private:
    test::InstantHttp& inner_;
    fs::path old_key_;
    fs::path new_key_;
};

/// An account at a CA, another of which is to take its place.
struct Registering : test::RunBench {
    explicit Registering(const std::string& more = "") : RunBench(&test::real_loop()) {
        test::write_file(folder() / "account.json", registered("/account/5"));
        test::write_file(key_file(), old_key);
        directory(more);
    }

    /// Each time it is asked for: this clock takes what was kept for too old.
    Registering& directory(const std::string& more = "") {
        http.answer(Method::get, at_ca("/directory"), 200,
                    R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
                        at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") + '"' +
                        more + "}");
        return *this;
    }

    static std::string registered(const std::string& path) {
        return R"({"email":"me@x.test","registration":{"body":{"status":"valid"},"uri":")" +
               at_ca(path) + "\"}}";
    }
    fs::path root() const { return host.environment.global_root(); }
    fs::path folder() const { return root() / "accounts" / "ca.example" / "me@x.test"; }
    fs::path key_file() const { return folder() / "keys" / "me@x.test.key"; }
    fs::path staged() const {
        return root() / "new-accounts" / "accounts" / "ca.example" / "me@x.test";
    }
    fs::path staged_key() const { return staged() / "keys" / "me@x.test.key"; }
    fs::path next_key() const { return root() / "next-keys" / "ca.example" / "me@x.test.key"; }
    fs::path retired() const {
        return root() / "retired-accounts" / "ca.example" /
               ("me@x.test-" + std::to_string(base::to_unix(clock.now())));
    }

    Registering& nonce() {
        http.answer(Method::head, at_ca("/new-nonce"), 200, "");
        return *this;
    }
    Registering& takes_account(int status = 201) {
        http.post(at_ca("/new-account"), status, kValid, {{"location", at_ca("/account/6")}});
        return *this;
    }
    base::Result<void> act(const std::vector<dokku::AppName>& apps = {}) {
        return run(account::register_anew(context, {"this host", settings()}, apps));
    }
    std::string url() const { return (*store.read_account(at_ca("/directory"), "me@x.test"))->url; }
    bool has_old_account() const {
        return test::content_of(key_file()) == old_key && url() == at_ca("/account/5");
    }

    std::string old_key{test::account_key().to_pem().reveal()};
};

}  // namespace

TEST_CASE("a new account takes the place of the old one, which is put aside",
          "[account][rfc8555-7.3]") {
    Registering ca;
    ca.nonce().takes_account();
    Watched watched{ca.http, ca.key_file(), ca.staged_key()};
    ca::Context context = ca.with(watched);
    REQUIRE(ca.run(account::register_anew(context, {"this host", Registering::settings()}, {})));
    CHECK(watched.old_in_place);
    CHECK(watched.new_on_disk);
    CHECK(ca.url() == at_ca("/account/6"));
    CHECK(test::content_of(ca.key_file()) != ca.old_key);
    CHECK(test::content_of(ca.retired() / "keys" / "me@x.test.key") == ca.old_key);
    CHECK_FALSE(fs::exists(ca.staged()));
    CHECK(ca.http.left() == 0);
    CHECK_THAT(ca.http.last().payload, ContainsSubstring(R"("termsOfServiceAgreed":true)") &&
                                           ContainsSubstring("mailto:me@x.test"));
    CHECK_THAT(ca.host.logged.out, ContainsSubstring(at_ca("/account/6")));
}

TEST_CASE("an account is registered where there was none, or one of no use",
          "[account][rfc8555-7.3]") {
    Registering ca;
    bool is_put_aside = true;
    SECTION("none") {
        fs::remove_all(ca.root() / "accounts");
        is_put_aside = false;
    }
    SECTION("a key that cannot be read") {
        test::write_file(ca.key_file(), "no key");
    }
    SECTION("a key that was never registered") {
        fs::remove(ca.folder() / "account.json");
    }
    ca.nonce().takes_account();
    REQUIRE(ca.act());
    CHECK(ca.url() == at_ca("/account/6"));
    CHECK(fs::exists(ca.retired()) == is_put_aside);
    CHECK(ca.http.left() == 0);
}

TEST_CASE("a registration that the CA refuses changes nothing", "[account][rfc8555-7.3]") {
    Registering ca;
    ca.nonce();
    const int status = GENERATE(400, 401, 403);
    CAPTURE(status);
    ca.http.post(at_ca("/new-account"), status,
                 R"({"type":"urn:ietf:params:acme:error:userActionRequired","detail":"terms",)"
                 R"("instance":"https://ca.example/terms"})");
    const auto done = ca.act();
    REQUIRE_FALSE(done);
    CHECK(done.error().steps == std::vector<std::string>{"See https://ca.example/terms",
                                                         "The account in use is as it was."});
    CHECK(ca.has_old_account());
    CHECK_FALSE(fs::exists(ca.staged()));
    CHECK_FALSE(fs::exists(ca.retired()));
}

TEST_CASE("a registration whose answer was lost is taken up by the next one",
          "[account][rfc8555-7.3][kill]") {
    Registering ca;
    const bool has_it = GENERATE(true, false);
    CAPTURE(has_it);
    ca.nonce();
    SECTION("lost") {
        ca.http.lose(Method::post, at_ca("/new-account"));
    }
    SECTION("the CA stumbled") {
        ca.http.post(at_ca("/new-account"), 500, problem_json("serverInternal", "sorry"));
    }
    SECTION("the CA refuses the registration for a limit") {
        ca.http.post(at_ca("/new-account"), 429, problem_json("rateLimited", "too many"));
    }
    const auto lost = ca.act();
    REQUIRE_FALSE(lost);
    REQUIRE(lost.error().steps.size() == 2);
    CHECK(lost.error().steps.back() == "The account in use is as it was.");
    CHECK(ca.has_old_account());
    const std::string staged = test::content_of(ca.staged_key());

    ca.directory().nonce();
    if (!has_it) {
        ca.http.post(at_ca("/new-account"), 400, problem_json("accountDoesNotExist", "no"));
    }
    ca.takes_account(has_it ? 200 : 201);
    REQUIRE(ca.act());
    CHECK(ca.http.left() == 0);
    CHECK(ca.url() == at_ca("/account/6"));
    CHECK(test::content_of(ca.key_file()) == staged);
    CHECK(test::content_of(ca.retired() / "keys" / "me@x.test.key") == ca.old_key);
    CHECK_FALSE(fs::exists(ca.staged()));
}

TEST_CASE("a registration that meets a limit says when to try again", "[account]") {
    Registering ca;
    const std::string command = "dokku letsencrypt:account register shop";
    std::vector<std::string> steps{"Later run: " + command};
    test::ScriptedHttp::Headers headers;
    if (GENERATE(true, false)) {
        headers = {{"retry-after", "7200"}};
        steps = {"From " + base::to_readable(ca.clock.now() + std::chrono::hours{2}) +
                 " on the CA wants to be asked again: " + command};
    }
    if (GENERATE(true, false)) {
        steps.emplace_back("The account in use is as it was.");
    } else {
        fs::remove_all(ca.root() / "accounts");
    }
    ca.nonce();
    ca.http.post(at_ca("/new-account"), 429, problem_json("rateLimited", "too many"), headers);
    const auto done =
        ca.run(account::register_anew(ca.context, {"shop", Registering::settings(), ca.app}, {}));
    REQUIRE_FALSE(done);
    CHECK(done.error().steps == steps);
}

TEST_CASE("a CA that wants an external account is not asked without one",
          "[account][rfc8555-7.3.4]") {
    Registering ca{R"(,"meta":{"externalAccountRequired":true})"};
    const auto done = ca.act();
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().message, ContainsSubstring("wants an external account"));
    CHECK(ca.has_old_account());
    CHECK(ca.http.left() == 0);
}

TEST_CASE("with the old account goes the key that it was to get", "[account][rfc8555-7.3]") {
    Registering ca;
    test::write_file(ca.next_key(), test::make_key().to_pem().reveal());
    const std::string next = test::content_of(ca.next_key());
    std::string last_key = ca.old_key;
    ca.nonce();
    SECTION("it had got it") {
        ca.http.post(at_ca("/new-account"), 200, kValid, {{"location", at_ca("/account/5")}});
        last_key = next;
    }
    SECTION("the CA says that it is no more") {
        ca.http.post(at_ca("/new-account"), 403, problem_json("unauthorized", "deactivated"));
    }
    ca.directory().nonce().takes_account();
    REQUIRE(ca.act());
    CHECK_FALSE(fs::exists(ca.next_key()));
    CHECK(test::content_of(ca.retired() / "keys" / "me@x.test.key") == last_key);
    CHECK(ca.url() == at_ca("/account/6"));
}

TEST_CASE("while nobody knows which key the old account has, it stays", "[account][rfc8555-7.3]") {
    Registering ca;
    test::write_file(ca.next_key(), test::make_key().to_pem().reveal());
    ca.nonce();
    ca.http.lose(Method::post, at_ca("/new-account"));
    CHECK_FALSE(ca.act());
    CHECK(ca.has_old_account());
    CHECK(fs::exists(ca.next_key()));
    CHECK(ca.http.left() == 0);
}

TEST_CASE("CAA records that name the old account are told before anything else",
          "[account][rfc8657-3]") {
    Registering ca;
    test::DnsServer server;
    const auto other = ca.host.add_app("other");
    const auto elsewhere = ca.host.add_app("elsewhere");
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"email", "me@x.test"},
          {"server", at_ca("/directory")},
          {"dns-resolvers", "127.0.0.1:" + std::to_string(server.address().port)}}) {
        ca.host.set_property("--global", key, value);
    }
    ca.host.set_property("elsewhere", "email", "you@x.test");
    for (const auto& [app, names] :
         {std::pair<dokku::AppName, std::string>{ca.app, "a.test\nb.test\n"},
          {other, "www.a.test\n192.0.2.1\n"},
          {elsewhere, "c.test\n"}}) {
        test::DokkuHost::write(ca.host.environment.app_root(app) / "VHOST", names);
    }
    const auto bound = [&](const std::string& owner, const std::string& url) {
        server.answer(
            owner, dns::RecordType::caa,
            test::DnsReply{{test::caa_record(owner, 0, "issue", "ca.example; accounturi=" + url)}});
    };
    bound("a.test", at_ca("/account/5"));
    bound("b.test", at_ca("/account/1"));
    bound("c.test", at_ca("/account/5"));
    ca.http.lose(Method::head, at_ca("/new-nonce"));
    CHECK_FALSE(ca.act({ca.app, other, elsewhere}));
    CHECK_THAT(ca.host.logged.err,
               StartsWith(" !     CAA records name the account that is to be replaced."));
    CHECK_THAT(ca.host.logged.err,
               ContainsSubstring("a.test, www.a.test: a.test 0 issue \"ca.example; accounturi=" +
                                 at_ca("/account/5") + "\""));
    CHECK_THAT(ca.host.logged.err, !ContainsSubstring("b.test") && !ContainsSubstring("c.test"));
    CHECK(ca.has_old_account());
}
