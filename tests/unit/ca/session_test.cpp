#include "ca/session.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "json/value.h"
#include "support/certificate_maker.h"
#include "support/files.h"
#include "support/opening.h"
#include "support/order_story.h"

using Catch::Matchers::ContainsSubstring;
using test::at_ca;
using test::kAccount;
using test::Opening;
using test::problem_json;

namespace fs = std::filesystem;

namespace {

/// Looks whether a key lies on disk when newAccount is sent.
class Watched final : public test::InstantHttp {
  public:
    Watched(test::InstantHttp& inner, fs::path key) : inner_(inner), key_(std::move(key)) {}

    base::Result<http::Response> reply(const http::Request& request) override {
        if (request.url == at_ca("/new-account")) key_on_disk = fs::exists(key_);
        return inner_.reply(request);
    }

    bool key_on_disk = false;

  private:
    test::InstantHttp& inner_;
    fs::path key_;
};

}  // namespace

TEST_CASE("an account that works is only read", "[ca][dokku-10.7]") {
    Opening opening;
    opening.store_account(R"({"body":{"status":"valid"},"uri":"https://ca.example/account/5"})");
    const auto before = test::look_at(opening.folder().parent_path());
    opening.fetch_directory();

    ca::CaSessions sessions{opening.context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE(session);
    CHECK((*session)->client().account_url() == "https://ca.example/account/5");
    CHECK((*session)->thumbprint() == test::account_key().thumbprint());
    CHECK(test::look_at(opening.folder().parent_path()) == before);
    CHECK(opening.http.sent().size() == 1);
}

TEST_CASE("a new account's key is on disk before the CA hears of it", "[ca][kill]") {
    Opening opening;
    opening.fetch_directory().nonce().new_account(201, kAccount);
    Watched watched{opening.http, opening.key_file()};
    ca::Context context = opening.with(watched);
    ca::CaSessions sessions{context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE(session);
    CHECK(watched.key_on_disk);
    CHECK(test::mode_of(opening.key_file()) == 0600);
    CHECK((*session)->client().account_url() == at_ca("/account/7"));
    CHECK(opening.http.last().payload ==
          R"({"termsOfServiceAgreed":true,"contact":["mailto:me@x.test"]})");

    const auto stored = opening.store.read_account(at_ca("/directory"), "me@x.test");
    REQUIRE(stored);
    REQUIRE(stored->has_value());
    CHECK((*stored)->url == at_ca("/account/7"));
    CHECK((*stored)->registration == kAccount);
    const auto key = crypto::PrivateKey::parse_pem((*stored)->key_pem.reveal());
    REQUIRE(key);
    CHECK(key->thumbprint() == (*session)->thumbprint());
}

TEST_CASE("an account without contact is registered without one", "[ca][design-4.4]") {
    Opening opening;
    opening.fetch_directory().nonce().new_account(201, R"({"status":"valid"})");
    ca::CaSessions sessions{opening.context};
    REQUIRE(opening.run(sessions.open(ca::set_ca(test::RunBench::settings("none"), {}),
                                      test::RunBench::settings("none"), {})));
    CHECK(opening.http.last().payload == R"({"termsOfServiceAgreed":true})");
    CHECK(fs::exists(opening.folder().parent_path() / "noemail@example.com" / "account.json"));
}

TEST_CASE("the account of a key that lies there alone is looked up first",
          "[ca][rfc8555-7.3.1][kill]") {
    Opening opening;
    // Only the key, after a crash; lego's file without a registration; one without status.
    const std::string registration =
        GENERATE("", "null", R"({"body":{},"uri":"https://ca.example/account/5"})");
    CAPTURE(registration);
    opening.store_key();
    if (!registration.empty()) opening.store_account(registration);
    opening.fetch_directory().nonce();
    bool known = true;
    SECTION("and the CA knows it") {
        opening.new_account(200, kAccount);
    }
    SECTION("and the CA does not") {
        known = false;
        opening.http.post(at_ca("/new-account"), 400,
                          problem_json("accountDoesNotExist", "no account"));
        opening.new_account(201, kAccount);
    }
    ca::CaSessions sessions{opening.context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE(session);
    CHECK(opening.http.left() == 0);
    CHECK(opening.http.sent().at(2).payload == R"({"onlyReturnExisting":true})");
    CHECK(opening.http.sent().size() == (known ? 3 : 4));
    CHECK((*session)->client().account_url() == at_ca("/account/7"));
    CHECK((*session)->thumbprint() == test::account_key().thumbprint());
    CHECK_THAT(test::content_of(opening.account_file()), ContainsSubstring("/account/7"));
}

TEST_CASE("an account whose file was damaged is found by its key", "[ca][design-4.4]") {
    Opening opening;
    opening.store_key();
    const std::string text = GENERATE("", R"({"email":"me@x)", "[]");
    CAPTURE(text);
    test::write_file(opening.account_file(), text);
    opening.fetch_directory().nonce().new_account(200, kAccount);
    ca::CaSessions sessions{opening.context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE(session);
    CHECK(opening.http.last().payload == R"({"onlyReturnExisting":true})");
    CHECK((*session)->client().account_url() == at_ca("/account/7"));
    CHECK((*session)->thumbprint() == test::account_key().thumbprint());
    const auto stored = opening.store.read_account(at_ca("/directory"), "me@x.test");
    REQUIRE(stored);
    REQUIRE(stored->has_value());
    CHECK_FALSE((*stored)->is_damaged);
    CHECK((*stored)->url == at_ca("/account/7"));
    CHECK_THAT(opening.host.logged.err, ContainsSubstring("account.json was damaged"));
}

TEST_CASE("a refusal to look an account up is no reason to make another", "[ca][rfc8555-7.3.1]") {
    Opening opening;
    opening.store_key();
    opening.fetch_directory().nonce();
    opening.http.post(at_ca("/new-account"), 403, problem_json("unauthorized", "deactivated"));
    ca::CaSessions sessions{opening.context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE_FALSE(session);
    CHECK(session.error().is("unauthorized"));
    CHECK_FALSE(fs::exists(opening.account_file()));
}

TEST_CASE("the directory is kept on disk and fetched once it is old", "[ca][design-4.4]") {
    Opening opening;
    opening.store_account(R"({"body":{"status":"valid"},"uri":"https://ca.example/account/5"})");
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    test::FakeClock clock{now};
    ca::Context context{
        opening.host.environment, opening.store,    opening.log,  opening.http, clock,
        opening.simulated,        test::real_dns(), opening.http, opening.probe};
    const auto open = [&] {
        ca::CaSessions sessions{context};
        return opening
            .run(sessions.open(ca::set_ca(test::RunBench::settings(), {}),
                               test::RunBench::settings(), {}))
            .has_value();
    };
    opening.fetch_directory();
    CHECK(open());
    CHECK(open());
    CHECK(opening.http.sent().size() == 1);
    clock.advance(std::chrono::hours{13});
    opening.fetch_directory();
    CHECK(open());
    CHECK(opening.http.left() == 0);
    // What lies there and is no directory is fetched anew.
    clock.advance(-std::chrono::hours{13});
    REQUIRE(opening.store.write_directory(at_ca("/directory"), "<html>"));
    opening.fetch_directory();
    CHECK(open());
    CHECK(opening.http.left() == 0);
}

TEST_CASE("apps of one CA and address share a session, and its failure", "[ca][design-4.4]") {
    Opening opening;
    ca::CaSessions sessions{opening.context};
    SECTION("that works") {
        opening.store_account(
            R"({"body":{"status":"valid"},"uri":"https://ca.example/account/5"})");
        opening.fetch_directory();
        const auto first = opening.run(sessions.open(ca::set_ca(test::RunBench::settings(), {}),
                                                     test::RunBench::settings(), {}));
        const auto second = opening.run(sessions.open(ca::set_ca(test::RunBench::settings(), {}),
                                                      test::RunBench::settings(), {}));
        REQUIRE(first);
        REQUIRE(second);
        CHECK(*first == *second);
    }
    SECTION("that does not") {
        opening.http.lose(http::Method::get, at_ca("/directory"));
        const auto first = opening.run(sessions.open(ca::set_ca(test::RunBench::settings(), {}),
                                                     test::RunBench::settings(), {}));
        const auto second = opening.run(sessions.open(ca::set_ca(test::RunBench::settings(), {}),
                                                      test::RunBench::settings(), {}));
        REQUIRE_FALSE(first);
        REQUIRE_FALSE(second);
        CHECK(first.error().error.kind == base::ErrorKind::network);
        CHECK(second.error().error.message == first.error().error.message);
        CHECK_FALSE(fs::exists(opening.key_file()));  // the directory comes first
    }
    CHECK(opening.http.sent().size() == 1);
}

TEST_CASE("a key that cannot be read is named and not replaced", "[ca][dokku-10.7]") {
    Opening opening;
    test::write_file(opening.key_file(), "-----BEGIN EC PRIVATE KEY-----\nsecret\n");
    opening.fetch_directory();
    ca::CaSessions sessions{opening.context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE_FALSE(session);
    const base::Error& error = session.error().error;
    CHECK(error.kind == base::ErrorKind::io);
    CHECK(error.message.starts_with("the account key for me@x.test is damaged: "));
    CHECK(error.message.ends_with(opening.key_file().string()));
    REQUIRE(error.steps.size() == 1);
    CHECK_THAT(error.steps.front(), ContainsSubstring("sudo mv " + opening.key_file().string()));
    CHECK_THAT(session.error().error.message, !ContainsSubstring("secret"));
    CHECK_THAT(test::content_of(opening.key_file()), ContainsSubstring("secret"));
}

TEST_CASE("an account that the CA has lost is registered again, once", "[ca][design-4.4]") {
    Opening opening;
    opening.store_account(R"({"body":{"status":"valid"},"uri":"https://ca.example/account/5"})");
    opening.fetch_directory();
    ca::CaSessions sessions{opening.context};
    const auto settings = test::RunBench::settings();
    REQUIRE(opening.run(sessions.open(ca::set_ca(settings, {}), settings, {})));
    const std::string key = test::content_of(opening.key_file());
    opening.nonce();
    opening.new_account(
        400, R"({"type":"urn:ietf:params:acme:error:accountDoesNotExist","detail":"no"})");
    opening.new_account(201, R"({"status":"valid"})");
    REQUIRE(opening.run(sessions.recover(ca::set_ca(settings, {}), settings, {})));
    CHECK((*opening.run(sessions.open(ca::set_ca(settings, {}), settings, {})))
              ->client()
              .account_url() == at_ca("/account/7"));
    CHECK_THAT(test::content_of(opening.account_file()), ContainsSubstring(at_ca("/account/7")));
    CHECK(test::content_of(opening.key_file()) == key);
    CHECK_FALSE(opening.run(sessions.recover(ca::set_ca(settings, {}), settings, {})));
}

TEST_CASE("a key change that was cut short is brought to its end", "[ca][rfc8555-7.3.5]") {
    Opening opening;
    opening.store_account(R"({"body":{"status":"valid"},"uri":"https://ca.example/account/7"})");
    const auto next_file =
        opening.host.environment.global_root() / "next-keys" / "ca.example" / "me@x.test.key";
    const auto next = test::make_key();
    test::write_file(next_file, next.to_pem().reveal());
    opening.fetch_directory();
    std::string thumbprint = test::account_key().thumbprint();
    bool is_kept = false;
    SECTION("the CA has the new key") {
        opening.nonce().new_account(200, kAccount);
        thumbprint = next.thumbprint();
    }
    SECTION("the CA does not know it") {
        opening.nonce().new_account(400, problem_json("accountDoesNotExist", "no account"));
    }
    SECTION("the CA does not tell") {
        opening.nonce().new_account(500, problem_json("serverInternal", "sorry"));
        is_kept = true;
    }
    base::Result<base::FileLock> lock = base::fail(base::ErrorKind::not_found, "not taken");
    SECTION("another run is at it") {
        lock = opening.store.try_lock_accounts();
        REQUIRE(lock);
        is_kept = true;
    }
    ca::CaSessions sessions{opening.context};
    const auto session = opening.run(
        sessions.open(ca::set_ca(test::RunBench::settings(), {}), test::RunBench::settings(), {}));
    REQUIRE(session);
    CHECK((*session)->thumbprint() == thumbprint);
    CHECK(fs::exists(next_file) == is_kept);
    CHECK(opening.http.left() == 0);
    CHECK(opening.host.logged.err.empty());
}
