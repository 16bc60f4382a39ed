#include "acme/account.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/acme_bench.h"

using Catch::Matchers::ContainsSubstring;
using test::at_ca;

namespace {

// RFC 8555 section 7.1.2
constexpr auto kAccount = R"({
  "status": "valid",
  "contact": ["mailto:cert-admin@example.org", "mailto:admin@example.org"],
  "termsOfServiceAgreed": true,
  "orders": "https://example.com/acme/orders/rzGoeA"
})";

}  // namespace

TEST_CASE("an account is made with the terms agreed, signed by the key itself",
          "[acme][rfc8555-7.3]") {
    test::Bench bench;
    bench.client.use_account("");
    bench.http.post(at_ca("/new-account"), 201, kAccount, {{"location", at_ca("/account/7")}});
    const auto account =
        bench.run(acme::register_account(bench.client, {"mailto:cert-admin@example.org"}));
    REQUIRE(account);
    CHECK(account->created);
    CHECK(account->url == at_ca("/account/7"));
    CHECK(account->status == "valid");
    CHECK(account->contacts.size() == 2);
    CHECK(account->text == kAccount);
    CHECK(bench.client.account_url() == at_ca("/account/7"));
    const auto& sent = bench.http.last();
    CHECK(sent.payload ==
          R"({"termsOfServiceAgreed":true,"contact":["mailto:cert-admin@example.org"]})");
    CHECK(sent.protected_member("kid").empty());
    CHECK_THAT(sent.protected_header, ContainsSubstring("\"jwk\":{"));
}

TEST_CASE("an account that exists already is taken", "[acme][rfc8555-7.3.1]") {
    test::Bench bench;
    bench.http.post(at_ca("/new-account"), 200, kAccount, {{"location", "/account/7"}});
    const auto account = bench.run(acme::register_account(bench.client, {}));
    REQUIRE(account);
    CHECK_FALSE(account->created);
    CHECK(account->url == at_ca("/account/7"));
    CHECK(bench.http.last().payload == R"({"termsOfServiceAgreed":true})");
}

TEST_CASE("onlyReturnExisting makes no account", "[acme][rfc8555-7.3.1]") {
    test::Bench bench;
    bench.http.post(at_ca("/new-account"), 400,
                    R"({"type":"urn:ietf:params:acme:error:accountDoesNotExist","detail":"no"})");
    const auto account = bench.run(acme::find_account(bench.client));
    REQUIRE_FALSE(account);
    CHECK(account.error().is("accountDoesNotExist"));
    CHECK(account.error().error.kind == base::ErrorKind::rejected);
    CHECK(bench.http.last().payload == R"({"onlyReturnExisting":true})");
}

TEST_CASE("an account is read by its URL", "[acme][rfc8555-7.3.3]") {
    test::Bench bench;
    bench.http.post(at_ca("/account/1"), 200, R"({"status":"deactivated"})");
    const auto account = bench.run(acme::fetch_account(bench.client));
    REQUIRE(account);
    CHECK(account->status == "deactivated");
    CHECK(bench.http.last().payload.empty());
    CHECK(bench.http.last().protected_member("kid") == at_ca("/account/1"));
}

TEST_CASE("an account is ended, and the CA's word for it is read", "[acme][rfc8555-7.3.6]") {
    test::Bench bench;
    bench.http.post(at_ca("/account/1"), 200, R"({"status":"deactivated"})");
    const auto account = bench.run(acme::deactivate_account(bench.client));
    REQUIRE(account);
    CHECK(account->status == "deactivated");
    CHECK(account->url == at_ca("/account/1"));
    CHECK(bench.http.last().payload == R"({"status":"deactivated"})");
    CHECK(bench.http.last().protected_member("kid") == at_ca("/account/1"));
}

TEST_CASE("an account that lives on is no success", "[acme][rfc8555-7.3.6]") {
    test::Bench bench;
    SECTION("the CA shows it as valid") {
        bench.http.post(at_ca("/account/1"), 200, kAccount);
        const auto account = bench.run(acme::deactivate_account(bench.client));
        REQUIRE_FALSE(account);
        CHECK(account.error().error.kind == base::ErrorKind::protocol);
        CHECK(account.error().error.message ==
              "ca.example took the request, but the account is still valid");
    }
    SECTION("the CA refuses") {
        bench.http.post(at_ca("/account/1"), 403,
                        R"({"type":"urn:ietf:params:acme:error:unauthorized","detail":"no"})");
        const auto account = bench.run(acme::deactivate_account(bench.client));
        REQUIRE_FALSE(account);
        CHECK(account.error().is("unauthorized"));
    }
    SECTION("the answer is no account") {
        bench.http.post(at_ca("/account/1"), 200, "{}");
        const auto account = bench.run(acme::deactivate_account(bench.client));
        REQUIRE_FALSE(account);
        CHECK_THAT(account.error().error.message, ContainsSubstring("instead of an account"));
    }
}

TEST_CASE("an answer to newAccount without a usable Location or status is refused", "[acme]") {
    test::Bench bench;
    SECTION("no Location") {
        bench.http.post(at_ca("/new-account"), 201, kAccount);
    }
    SECTION("a Location that gives up the encryption") {
        bench.http.post(at_ca("/new-account"), 201, kAccount,
                        {{"location", "http://ca.example/account/7"}});
    }
    SECTION("no status") {
        bench.http.post(at_ca("/new-account"), 201, "{}", {{"location", at_ca("/account/7")}});
    }
    SECTION("a page") {
        bench.http.post(at_ca("/new-account"), 200, "<html>hello</html>",
                        {{"location", at_ca("/account/7")}});
    }
    const auto account = bench.run(acme::register_account(bench.client, {}));
    REQUIRE_FALSE(account);
    CHECK(account.error().error.kind == base::ErrorKind::protocol);
    CHECK(bench.client.account_url() == at_ca("/account/1"));
}

TEST_CASE("changed terms name the page to open", "[acme][rfc8555-7.3.3]") {
    test::Bench bench;
    bench.http.post(
        at_ca("/new-account"), 403,
        R"({"type":"urn:ietf:params:acme:error:userActionRequired",)"
        R"("detail":"Terms of service have changed","instance":"https://ca.example/t"})");
    const auto account = bench.run(acme::register_account(bench.client, {}));
    REQUIRE_FALSE(account);
    REQUIRE(account.error().error.steps.size() == 1);
    CHECK_THAT(account.error().error.steps[0], ContainsSubstring("https://ca.example/t"));
}
