#include "account/account.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/certificate_maker.h"
#include "support/files.h"
#include "support/order_story.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using http::Method;
using test::at_ca;
using test::problem_json;

namespace fs = std::filesystem;

namespace {

const std::string kDirectory = R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
                               at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") +
                               R"(","keyChange":")" + at_ca("/key-change") + "\"}";
const std::string kAccountUrl = at_ca("/account/5");
const std::string kOldKey{test::account_key().to_pem().reveal()};

/// An account at a CA that is about to get another key.
struct Changing : test::RunBench {
    explicit Changing(const std::string& directory = kDirectory) {
        test::write_file(key_file(), kOldKey);
        test::write_file(folder() / "account.json",
                         R"({"email":"me@x.test","registration":{"body":{"status":"valid"},)"
                         R"("uri":"https://ca.example/account/5"}})");
        http.answer(Method::get, at_ca("/directory"), 200, directory);
    }

    fs::path folder() const {
        return host.environment.global_root() / "accounts" / "ca.example" / "me@x.test";
    }
    fs::path key_file() const { return folder() / "keys" / "me@x.test.key"; }
    fs::path next_file() const {
        return host.environment.global_root() / "next-keys" / "ca.example" / "me@x.test.key";
    }

    Changing& nonce() {
        http.answer(Method::head, at_ca("/new-nonce"), 200, "");
        return *this;
    }
    /// What the CA says when asked for the account of the new key.
    Changing& knows_new_key() {
        nonce();
        http.post(at_ca("/new-account"), 200, R"({"status":"valid"})", {{"location", kAccountUrl}});
        return *this;
    }
    Changing& does_not_know_new_key() {
        nonce();
        http.post(at_ca("/new-account"), 400, problem_json("accountDoesNotExist", "no"));
        return *this;
    }

    static account::AccountChoice choice() { return {"this host", settings()}; }
    base::Result<void> roll_over() { return run(account::roll_over(context, choice(), {})); }
    bool has_old_key() const { return test::content_of(key_file()) == kOldKey; }
};

}  // namespace

TEST_CASE("a new account key that the CA refuses is not kept", "[account][rfc8555-7.3.5]") {
    Changing changing;
    const int status = GENERATE(400, 401, 409, 429);
    CAPTURE(status);
    changing.nonce();
    changing.http.post(at_ca("/key-change"), status, problem_json("malformed", "no"));
    changing.does_not_know_new_key();
    const auto done = changing.roll_over();
    REQUIRE_FALSE(done);
    CHECK(done.error().steps.empty());
    CHECK(changing.has_old_key());
    CHECK_FALSE(fs::exists(changing.next_file()));
    CHECK(changing.http.left() == 0);
}

TEST_CASE("an account that is no more gets no key, but a command", "[account][rfc8555-7.3.5]") {
    Changing changing;
    changing.nonce();
    changing.http.post(at_ca("/key-change"), 403,
                       problem_json("unauthorized", "Account has been deactivated"));
    const auto done = changing.roll_over();
    REQUIRE_FALSE(done);
    CHECK(done.error().steps == std::vector<std::string>{"Make a new one with: dokku "
                                                         "letsencrypt:account register"});
    CHECK(changing.has_old_key());
    CHECK_FALSE(fs::exists(changing.next_file()));
    CHECK(changing.http.left() == 0);
}

TEST_CASE("a damaged account key is told by its file and what to do", "[account]") {
    Changing changing;
    test::write_file(changing.key_file(), "no key");
    for (const auto& done :
         {changing.run(account::show_account(changing.context, Changing::choice(),
                                             account::AccountFormat::text)),
          changing.roll_over(),
          changing.run(account::deactivate(changing.context, Changing::choice()))}) {
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == base::ErrorKind::io);
        CHECK_THAT(done.error().message, ContainsSubstring(changing.key_file().string()));
        REQUIRE(done.error().steps.size() == 1);
        CHECK_THAT(done.error().steps.front(),
                   ContainsSubstring("dokku letsencrypt:account register"));
    }
}

TEST_CASE("where the CA offers no change of keys no key is written", "[account][rfc8555-7.3.5]") {
    Changing changing{R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
                      at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") + "\"}"};
    const auto done = changing.roll_over();
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().message, ContainsSubstring("has no key rollover"));
    REQUIRE(done.error().steps.size() == 1);
    CHECK_THAT(done.error().steps.front(), ContainsSubstring("dokku letsencrypt:account register"));
    CHECK_FALSE(fs::exists(changing.next_file().parent_path()));
    CHECK(changing.http.left() == 0);
}

TEST_CASE("a CA whose key rollover is not there has none, and no key is kept for it",
          "[account][rfc8555-7.3.5]") {
    Changing changing;
    const int status = GENERATE(404, 405, 501);
    CAPTURE(status);
    changing.nonce();
    changing.http.post(at_ca("/key-change"), status, "<h1>nothing here</h1>",
                       {{"content-type", "text/html"}});
    const auto done = changing.roll_over();
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().message, ContainsSubstring("has no key rollover") &&
                                         ContainsSubstring(std::to_string(status)));
    REQUIRE(done.error().steps.size() == 1);
    CHECK_THAT(done.error().steps.front(), ContainsSubstring("dokku letsencrypt:account register"));
    CHECK(changing.has_old_key());
    CHECK_FALSE(fs::exists(changing.next_file()));
    CHECK(changing.http.left() == 0);
}

TEST_CASE("a rollover ends once the CA takes what the new key signs", "[account][rfc8555-7.3.5]") {
    Changing changing;
    changing.nonce();
    changing.http.post(at_ca("/key-change"), 200, "");
    changing.nonce();
    SECTION("after some seconds in which it remembers the old one") {
        for (int i = 0; i < 5; ++i)
            changing.http.post(kAccountUrl, 400,
                               problem_json("malformed", "JWS verification error"));
        changing.http.post(kAccountUrl, 200, R"({"status":"valid"})");
        REQUIRE(changing.roll_over());
        CHECK(changing.clock.passed() == std::chrono::seconds{5});
        CHECK_FALSE(changing.has_old_key());
        CHECK_FALSE(fs::exists(changing.next_file()));
    }
    SECTION("when the CA wants to be asked") {
        changing.http.post(kAccountUrl, 429, problem_json("rateLimited", "slow"),
                           {{"retry-after", "20"}});
        changing.http.post(kAccountUrl, 200, R"({"status":"valid"})");
        REQUIRE(changing.roll_over());
        CHECK(changing.clock.passed() == std::chrono::seconds{20});
    }
    SECTION("or when it wants to be asked, however late that is") {
        changing.http.post(kAccountUrl, 429, problem_json("rateLimited", "slow"),
                           {{"retry-after", "3600"}});
        const auto done = changing.roll_over();
        REQUIRE_FALSE(done);
        CHECK(changing.clock.passed() == std::chrono::seconds{0});
        REQUIRE(done.error().steps.size() == 1);
        CHECK_THAT(done.error().steps.front(),
                   ContainsSubstring("again after " + base::to_readable(changing.clock.now() +
                                                                        std::chrono::hours{1})));
        CHECK(fs::exists(changing.next_file()));
    }
    SECTION("but does not wait for that for ever, and keeps both") {
        for (int i = 0; i < 31; ++i)
            changing.http.post(kAccountUrl, 400,
                               problem_json("malformed", "JWS verification error"));
        const auto done = changing.roll_over();
        REQUIRE_FALSE(done);
        CHECK(changing.clock.passed() == std::chrono::seconds{30});
        CHECK_THAT(done.error().message, ContainsSubstring("does not take it yet"));
        REQUIRE_FALSE(done.error().steps.empty());
        CHECK(changing.has_old_key());
        CHECK(fs::exists(changing.next_file()));
    }
    CHECK(changing.http.left() == 0);
}

TEST_CASE("a new account key is kept while the CA may have it", "[account][rfc8555-7.3.5]") {
    Changing changing;
    changing.nonce();
    SECTION("the answer was lost") {
        changing.http.lose(Method::post, at_ca("/key-change"));
        changing.does_not_know_new_key();
    }
    SECTION("the CA stumbled") {
        changing.http.post(at_ca("/key-change"), 500, problem_json("serverInternal", "sorry"));
        changing.does_not_know_new_key();
    }
    SECTION("the refusal is not to be checked") {
        changing.http.post(at_ca("/key-change"), 409, problem_json("malformed", "no"));
        changing.http.lose(Method::head, at_ca("/new-nonce"));
    }
    const auto done = changing.roll_over();
    REQUIRE_FALSE(done);
    CHECK_FALSE(done.error().steps.empty());
    CHECK(changing.has_old_key());
    CHECK(fs::exists(changing.next_file()));
    CHECK(changing.http.left() == 0);
}

TEST_CASE("a new account key that the CA has is taken up whatever it said",
          "[account][rfc8555-7.3.5]") {
    Changing changing;
    changing.nonce();
    SECTION("nothing") {
        changing.http.lose(Method::post, at_ca("/key-change"));
    }
    SECTION("that the old key is no more, to a request that was sent twice") {
        changing.http.post(at_ca("/key-change"), 401, problem_json("unauthorized", "no"));
    }
    changing.knows_new_key();
    changing.nonce();
    changing.http.post(kAccountUrl, 200, R"({"status":"valid"})");
    CHECK(changing.roll_over());
    CHECK_FALSE(changing.has_old_key());
    CHECK_FALSE(fs::exists(changing.next_file()));
    CHECK(changing.http.left() == 0);
}

TEST_CASE("with an account the key that it was to get goes", "[account][rfc8555-7.3.6]") {
    Changing changing;
    test::write_file(changing.next_file(), test::make_key().to_pem().reveal());
    const std::string next = test::content_of(changing.next_file());
    std::string last_key = kOldKey;
    SECTION("it never got it") {
        changing.does_not_know_new_key();
    }
    SECTION("it had got it") {
        changing.knows_new_key();
        last_key = next;
    }
    changing.nonce();
    changing.http.post(kAccountUrl, 200, R"({"status":"deactivated"})");
    REQUIRE(changing.run(account::deactivate(changing.context, Changing::choice())));
    CHECK(changing.http.left() == 0);
    CHECK_FALSE(fs::exists(changing.folder()));
    CHECK_FALSE(fs::exists(changing.next_file()));
    const auto retired = changing.host.environment.global_root() / "retired-accounts" /
                         "ca.example" /
                         ("me@x.test-" + std::to_string(base::to_unix(changing.clock.now())));
    CHECK(test::content_of(retired / "keys" / "me@x.test.key") == last_key);
}

TEST_CASE("no key goes while it is open which one the account has", "[account][rfc8555-7.3.6]") {
    Changing changing;
    test::write_file(changing.next_file(), test::make_key().to_pem().reveal());
    changing.nonce();
    changing.http.post(at_ca("/new-account"), 500, problem_json("serverInternal", "sorry"));
    changing.nonce();
    changing.http.post(kAccountUrl, 403, problem_json("unauthorized", "no"));
    CHECK_FALSE(changing.run(account::deactivate(changing.context, Changing::choice())));
    CHECK(changing.http.left() == 0);
    CHECK(changing.has_old_key());
    CHECK(fs::exists(changing.next_file()));
}

TEST_CASE("an account that is no more is shown as what it is, with what to type",
          "[account][rfc8555-7.1.2]") {
    Changing changing;
    changing.nonce();
    std::string status = "deactivated";
    SECTION("Let's Encrypt") {
        status = GENERATE("deactivated", "revoked");
        changing.http.post(kAccountUrl, 403,
                           problem_json("unauthorized",
                                        "Unable to validate JWS :: Account is not "
                                        "valid, has status \\\"" +
                                            status + "\\\""));
    }
    SECTION("Pebble") {
        changing.http.post(kAccountUrl, 403,
                           problem_json("unauthorized", "Account has been deactivated"));
    }
    SECTION("a key that others know") {
        status = "blocked";
        changing.http.post(kAccountUrl, 400,
                           problem_json("badPublicKey", "public key is forbidden"));
    }
    SECTION("a CA that shows it") {
        changing.http.post(kAccountUrl, 200, R"({"status":"deactivated"})");
    }
    const auto shown = changing.run(
        account::show_account(changing.context, Changing::choice(), account::AccountFormat::json));
    REQUIRE_FALSE(shown);
    CHECK(shown.error().kind == base::ErrorKind::rejected);
    REQUIRE(shown.error().steps.size() == 1);
    CHECK_THAT(shown.error().steps.front(),
               ContainsSubstring("dokku letsencrypt:account register"));
    CHECK_THAT(changing.host.logged.out, ContainsSubstring(R"("status":")" + status));
}

TEST_CASE("an account of which the CA says nothing is no dead one", "[account]") {
    Changing changing;
    changing.nonce();
    SECTION("the name is what it does not like") {
        changing.http.post(kAccountUrl, 403, problem_json("unauthorized", "you are deactivated"));
    }
    SECTION("it stumbled") {
        changing.http.post(kAccountUrl, 500, problem_json("serverInternal", "account revoked"));
    }
    REQUIRE(changing.run(
        account::show_account(changing.context, Changing::choice(), account::AccountFormat::text)));
    CHECK_THAT(changing.host.logged.out, ContainsSubstring("unknown"));
}
