// Accounts in lego's layout, as lego 4.35.2 writes them and must be able to read them again.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "store/local_store.h"
#include "support/files.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kServer = "https://127.0.0.1:14000/dir";
constexpr std::string_view kEmail = "me@x.test";

constexpr std::string_view kLegoAccount =
    "{\n"
    "\t\"email\": \"me@x.test\",\n"
    "\t\"registration\": {\n"
    "\t\t\"body\": {\n"
    "\t\t\t\"status\": \"valid\",\n"
    "\t\t\t\"contact\": [\n"
    "\t\t\t\t\"mailto:me@x.test\"\n"
    "\t\t\t],\n"
    "\t\t\t\"orders\": \"https://127.0.0.1:14000/list-orderz/5b3a\"\n"
    "\t\t},\n"
    "\t\t\"uri\": \"https://127.0.0.1:14000/my-account/5b3a\"\n"
    "\t}\n"
    "}";

constexpr std::string_view kKey =
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n";

struct Host {
    store::LocalStore store() const { return store::LocalStore{root.path()}; }
    fs::path folder() const { return root / "accounts" / "127.0.0.1_14000" / "me@x.test"; }
    fs::path json() const { return folder() / "account.json"; }
    fs::path key() const { return folder() / "keys" / "me@x.test.key"; }

    test::TempDir root;
};

}  // namespace

TEST_CASE("a CA's folder is its host and port, whatever the path", "[store][dokku-10.7]") {
    CHECK(store::account_server_name("https://acme-v02.api.letsencrypt.org/directory") ==
          "acme-v02.api.letsencrypt.org");
    CHECK(store::account_server_name("https://172.17.0.1:14000/dir") == "172.17.0.1_14000");
    CHECK(store::account_server_name("https://ca.test") == "ca.test");
    CHECK(store::account_server_name("https://me@CA.test?x") == "CA.test");
    CHECK(store::account_server_name("https://[::1]:14000/dir") == "[__1]_14000");
    CHECK(store::account_server_name("https://../dir") == "https___.._dir");
    CHECK(store::account_server_name("https://ca.test/a") ==
          store::account_server_name("https://ca.test/b"));
}

TEST_CASE("an account is read as lego wrote it and not touched", "[store][dokku-10.7]") {
    const Host host;
    test::write_file(host.json(), kLegoAccount);
    test::write_file(host.key(), kKey);
    const auto before = test::look_at(host.root.path());

    const auto account = host.store().read_account(kServer, kEmail);
    REQUIRE(account);
    REQUIRE(account->has_value());
    CHECK((*account)->key_pem.reveal() == kKey);
    CHECK((*account)->url == "https://127.0.0.1:14000/my-account/5b3a");
    CHECK((*account)->registration == R"({"status":"valid","contact":["mailto:me@x.test"],)"
                                      R"("orders":"https://127.0.0.1:14000/list-orderz/5b3a"})");
    CHECK(test::look_at(host.root.path()) == before);
}

TEST_CASE("an account is written byte for byte as lego writes it", "[store][dokku-10.7]") {
    const Host host;
    REQUIRE(host.store().write_account_key(kServer, kEmail, base::Secret{std::string{kKey}}));
    REQUIRE(host.store().write_account(
        kServer, kEmail, "https://127.0.0.1:14000/my-account/5b3a",
        // In another order, with members that lego does not know and with empty ones, which Go's
        // omitempty leaves out.
        R"({"orders":"https://127.0.0.1:14000/list-orderz/5b3a","key":{"kty":"EC"},)"
        R"("termsOfServiceAgreed":false,"onlyReturnExisting":false,)"
        R"("externalAccountBinding":null,"contact":["mailto:me@x.test"],"status":"valid"})"));
    CHECK(test::content_of(host.json()) == kLegoAccount);
    CHECK(test::content_of(host.key()) == kKey);
}

TEST_CASE("an account without contact or orders has no such members", "[store][dokku-10.7]") {
    const Host host;
    REQUIRE(host.store().write_account(
        kServer, kEmail, "https://ca.test/1",
        R"({"status":"valid","contact":[],"orders":"","termsOfServiceAgreed":true})"));
    CHECK(test::content_of(host.json()) ==
          "{\n\t\"email\": \"me@x.test\",\n\t\"registration\": {\n\t\t\"body\": {\n"
          "\t\t\t\"status\": \"valid\",\n\t\t\t\"termsOfServiceAgreed\": true\n\t\t},\n"
          "\t\t\"uri\": \"https://ca.test/1\"\n\t}\n}");
}

TEST_CASE("an account's files are its owner's only, whatever the umask is", "[store][dokku-10.7]") {
    const Host host;
    const mode_t before = ::umask(0);
    REQUIRE(host.store().write_account_key(kServer, kEmail, base::Secret{std::string{kKey}}));
    REQUIRE(host.store().write_account(kServer, kEmail, "https://ca.test/1", "{}"));
    ::umask(before);
    CHECK(test::mode_of(host.json()) == 0600);
    CHECK(test::mode_of(host.key()) == 0600);
    for (const fs::path& folder : {host.root / "accounts", host.folder().parent_path(),
                                   host.folder(), host.key().parent_path()}) {
        CAPTURE(folder);
        CHECK(test::mode_of(folder) == 0700);
    }
}

TEST_CASE("a key alone is an account that is not registered yet", "[store][dokku-10.7]") {
    const Host host;
    test::write_file(host.key(), kKey);
    const auto account = host.store().read_account(kServer, kEmail);
    REQUIRE(account);
    REQUIRE(account->has_value());
    CHECK((*account)->key_pem.reveal() == kKey);
    CHECK((*account)->url.empty());
    CHECK((*account)->registration.empty());
}

TEST_CASE("an account file without its key is no account", "[store][dokku-10.7]") {
    const Host host;
    test::write_file(host.json(), kLegoAccount);
    const auto account = host.store().read_account(kServer, kEmail);
    REQUIRE(account);
    CHECK_FALSE(account->has_value());
}

TEST_CASE("an account that lego has not registered has no url", "[store][dokku-10.7]") {
    const Host host;
    const std::string text = GENERATE(R"({"email":"me@x.test","registration":null})",
                                      R"({"email":"me@x.test"})", "{}", "[]");
    CAPTURE(text);
    test::write_file(host.json(), text);
    test::write_file(host.key(), kKey);
    const auto account = host.store().read_account(kServer, kEmail);
    REQUIRE(account);
    REQUIRE(account->has_value());
    CHECK((*account)->url.empty());
    CHECK((*account)->registration.empty());
}

TEST_CASE("an account whose file is damaged is one that its key tells of", "[store][design-4.4]") {
    const Host host;
    const std::string text = GENERATE("", "{\"email\"", "[]", "7");
    CAPTURE(text);
    test::write_file(host.json(), text);
    test::write_file(host.key(), kKey);
    const auto account = host.store().read_account(kServer, kEmail);
    REQUIRE(account);
    REQUIRE(account->has_value());
    CHECK((*account)->is_damaged);
    CHECK((*account)->url.empty());
    CHECK((*account)->key_pem.reveal() == kKey);
}

TEST_CASE("two addresses have two accounts, a host has one for all paths", "[store][dokku-10.7]") {
    const Host host;
    REQUIRE(host.store().write_account_key(kServer, kEmail, base::Secret{"one"}));
    REQUIRE(host.store().write_account_key(kServer, "b@x.test", base::Secret{"two"}));
    const auto other_path = host.store().read_account("https://127.0.0.1:14000/other", kEmail);
    CHECK((*other_path)->key_pem.reveal() == "one");
    CHECK((*host.store().read_account(kServer, "b@x.test"))->key_pem.reveal() == "two");
}

TEST_CASE("an address that would leave the folder of accounts is refused", "[store][dokku-10.7]") {
    // A property may have been stored by another plugin, or by hand.
    const Host host;
    const std::string email = GENERATE("../../x@x.test", "a/b@x.test", "..", ".", "", "/etc");
    CAPTURE(email);
    const auto read = host.store().read_account(kServer, email);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == base::ErrorKind::invalid_input);
    CHECK_FALSE(host.store().write_account_key(kServer, email, base::Secret{"key"}));
    CHECK_FALSE(host.store().write_account(kServer, email, "https://ca.test/1", "{}"));
    CHECK(fs::is_empty(host.root.path()));
}

TEST_CASE("a key that an account is to get takes the old one's place, or goes", "[store]") {
    const Host host;
    const auto store = host.store();
    CHECK_FALSE(store.adopt_next_account_key(kServer, kEmail));
    REQUIRE(store.write_account_key(kServer, kEmail, base::Secret{"one"}));
    REQUIRE(store.write_next_account_key(kServer, kEmail, base::Secret{"two"}));
    REQUIRE(store.adopt_next_account_key(kServer, kEmail));
    CHECK((*store.read_account(kServer, kEmail))->key_pem.reveal() == "two");
    CHECK_FALSE(store.read_next_account_key(kServer, kEmail)->has_value());
    CHECK(store.adopt_next_account_key(kServer, kEmail));  // another run did it

    REQUIRE(store.write_next_account_key(kServer, kEmail, base::Secret{"three"}));
    REQUIRE(store.drop_next_account_key(kServer, kEmail));
    CHECK_FALSE(store.read_next_account_key(kServer, kEmail)->has_value());
    CHECK((*store.read_account(kServer, kEmail))->key_pem.reveal() == "two");
    CHECK(store.drop_next_account_key(kServer, kEmail));
    CHECK_FALSE(store.drop_next_account_key(kServer, "../x"));
}

TEST_CASE("a new account takes the place of the old one, which is kept", "[store]") {
    const Host host;
    const auto store = host.store();
    const auto fresh = store.new_accounts();
    const base::UtcTime at = base::from_unix(1'770'000'000);
    CHECK_FALSE(store.adopt_new_account(kServer, kEmail, at));

    REQUIRE(fresh.write_account_key(kServer, kEmail, base::Secret{"one"}));
    auto retired = store.adopt_new_account(kServer, kEmail, at);
    REQUIRE(retired);
    CHECK_FALSE(retired->has_value());
    CHECK((*store.read_account(kServer, kEmail))->key_pem.reveal() == "one");

    REQUIRE(fresh.write_account_key(kServer, kEmail, base::Secret{"two"}));
    CHECK((*store.read_account(kServer, kEmail))->key_pem.reveal() == "one");
    retired = store.adopt_new_account(kServer, kEmail, at);
    REQUIRE(retired);
    REQUIRE(retired->has_value());
    CHECK((*store.read_account(kServer, kEmail))->key_pem.reveal() == "two");
    CHECK(test::content_of(**retired / "keys" / "me@x.test.key") == "one");
    CHECK_FALSE(fresh.read_account(kServer, kEmail)->has_value());

    // Within the same second nothing that was put aside is written over.
    REQUIRE(fresh.write_account_key(kServer, kEmail, base::Secret{"three"}));
    const auto second = store.adopt_new_account(kServer, kEmail, at);
    REQUIRE(second);
    REQUIRE(second->has_value());
    CHECK(**second != **retired);
    CHECK(test::content_of(**second / "keys" / "me@x.test.key") == "two");
    CHECK(test::content_of(**retired / "keys" / "me@x.test.key") == "one");
    const auto third = store.retire_account(kServer, kEmail, at);
    REQUIRE(third);
    CHECK(test::content_of(*third / "keys" / "me@x.test.key") == "three");
    CHECK_FALSE(store.read_account(kServer, kEmail)->has_value());

    REQUIRE(fresh.write_account_key(kServer, kEmail, base::Secret{"four"}));
    REQUIRE(store.drop_new_account(kServer, kEmail));
    CHECK_FALSE(fresh.read_account(kServer, kEmail)->has_value());
    CHECK(store.drop_new_account(kServer, kEmail));
    CHECK_FALSE(store.drop_new_account(kServer, "../x"));
    CHECK_FALSE(store.adopt_new_account(kServer, "../x", at));
}
