#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "crypto/certificate.h"
#include "support/certificate_maker.h"

using base::ErrorKind;
using base::from_unix;
using Catch::Matchers::ContainsSubstring;
using crypto::check_chain;
using std::chrono::hours;
using std::chrono::seconds;
using Names = std::vector<std::string>;

namespace {

constexpr base::UtcTime kStart = from_unix(1'770'000'000);
constexpr base::UtcTime kEnd = from_unix(1'777'776'000);
constexpr base::UtcTime kNow = from_unix(1'771'000'000);

/// A CA with a root, an intermediate and what it signs.
struct Authority {
    crypto::PrivateKey root_key = test::make_key();
    crypto::PrivateKey issuer_key = test::make_key();
    std::string root =
        test::make_certificate({.common_name = "Root", .is_authority = true}, root_key);
    std::string issuer = test::make_certificate(
        {.common_name = "Issuer", .issuer_name = "Root", .is_authority = true}, issuer_key,
        root_key);

    std::string sign(const crypto::PrivateKey& key, const Names& names) const {
        return test::make_certificate({.common_name = "leaf",
                                       .names = names,
                                       .issuer_name = "Issuer",
                                       .not_before = kStart,
                                       .not_after = kEnd},
                                      key, issuer_key);
    }
};

/// Why the chain is refused; empty if it is not.
std::string reason(const std::string& pem, const crypto::PrivateKey& key, const Names& names,
                   base::UtcTime now = kNow) {
    const auto chain = crypto::parse_chain_pem(pem);
    REQUIRE(chain);
    const auto checked = check_chain(*chain, key, names, now);
    if (checked) return {};
    CHECK(checked.error().kind == ErrorKind::protocol);
    return checked.error().message;
}

}  // namespace

TEST_CASE("a chain that fits key, names, dates and signatures passes", "[crypto]") {
    const Authority authority;
    const auto key = test::make_key();
    const std::string leaf = authority.sign(key, {"a.test", "*.b.test"});
    CHECK(reason(leaf + authority.issuer, key, {"a.test", "x.b.test", "*.b.test"}).empty());
    CHECK(reason(leaf + authority.issuer + authority.root, key, {"a.test"}).empty());
    CHECK(reason(leaf, key, {"a.test"}).empty());
    CHECK(reason("words\n" + leaf + "words\n" + authority.issuer, key, {}).empty());
}

TEST_CASE("a chain for another key is refused", "[crypto]") {
    const Authority authority;
    const auto key = test::make_key();
    const std::string pem = authority.sign(key, {"a.test"}) + authority.issuer;
    CHECK_THAT(reason(pem, test::make_key(), {"a.test"}), ContainsSubstring("private key"));
    CHECK_THAT(reason(pem, test::make_key(crypto::KeyType::rsa2048), {"a.test"}),
               ContainsSubstring("private key"));
}

TEST_CASE("a name that is not covered is refused and named", "[crypto]") {
    const Authority authority;
    const auto key = test::make_key();
    const std::string pem = authority.sign(key, {"a.test", "*.b.test"}) + authority.issuer;
    CHECK_THAT(reason(pem, key, {"a.test", "c.test"}), ContainsSubstring("c.test"));
    CHECK_THAT(reason(pem, key, {"b.test"}), ContainsSubstring("b.test"));
    CHECK_THAT(reason(pem, key, {"x.y.b.test"}), ContainsSubstring("x.y.b.test"));
}

TEST_CASE("a certificate for addresses passes in any spelling of them", "[crypto][rfc8738]") {
    const Authority authority;
    const auto key = test::make_key();
    const std::string pem = authority.sign(key, {"192.0.2.7", "2001:db8::1"}) + authority.issuer;
    CHECK(reason(pem, key, {"192.0.2.7", "2001:0DB8:0::1"}).empty());
    CHECK_THAT(reason(pem, key, {"192.0.2.8"}), ContainsSubstring("does not cover 192.0.2.8"));
    CHECK_THAT(reason(pem, key, {"2001:db8::2"}), ContainsSubstring("cover 2001:db8::2"));
    const std::string as_name = authority.sign(key, {"DNS:192.0.2.7"}) + authority.issuer;
    CHECK_THAT(reason(as_name, key, {"192.0.2.7"}), ContainsSubstring("cover 192.0.2.7"));
}

TEST_CASE("an expired certificate is refused from its last second on", "[crypto]") {
    const Authority authority;
    const auto key = test::make_key();
    const std::string pem = authority.sign(key, {"a.test"}) + authority.issuer;
    CHECK(reason(pem, key, {"a.test"}, kEnd - seconds{1}).empty());
    CHECK_THAT(reason(pem, key, {"a.test"}, kEnd), ContainsSubstring("expired"));
}

TEST_CASE("a start up to an hour ahead is clock skew, a later one is refused", "[crypto]") {
    const Authority authority;
    const auto key = test::make_key();
    const std::string pem = authority.sign(key, {"a.test"}) + authority.issuer;
    CHECK(reason(pem, key, {"a.test"}, kStart - hours{1}).empty());
    CHECK_THAT(reason(pem, key, {"a.test"}, kStart - hours{1} - seconds{1}),
               ContainsSubstring("clock"));
}

TEST_CASE("a chain with a broken link is refused and the link named", "[crypto]") {
    const Authority authority;
    const Authority stranger;
    const auto key = test::make_key();
    const std::string leaf = authority.sign(key, {"a.test"});
    // Same names, another key: only the signature tells.
    CHECK_THAT(reason(leaf + stranger.issuer, key, {"a.test"}),
               ContainsSubstring("certificate 1 of the chain (issued by \"Issuer\")"));
    CHECK_THAT(reason(leaf + authority.root, key, {"a.test"}), ContainsSubstring("\"Root\""));
    CHECK_THAT(reason(leaf + authority.issuer + stranger.root, key, {"a.test"}),
               ContainsSubstring("certificate 2"));
    CHECK_THAT(reason(leaf + leaf, key, {"a.test"}), ContainsSubstring("not an authority"));
}

TEST_CASE("a chain whose leaf does not come first is refused", "[crypto]") {
    const Authority authority;
    const auto key = test::make_key();
    CHECK_THAT(reason(authority.issuer + authority.sign(key, {"a.test"}), key, {"a.test"}),
               ContainsSubstring("first certificate"));
}

TEST_CASE("an issuer that is no authority is refused", "[crypto]") {
    const auto key = test::make_key();
    const auto issuer_key = test::make_key();
    const std::string issuer =
        test::make_certificate({.common_name = "Issuer", .names = {"shop.test"}}, issuer_key);
    const std::string leaf = test::make_certificate({.common_name = "leaf",
                                                     .names = {"a.test"},
                                                     .issuer_name = "Issuer",
                                                     .not_before = kStart,
                                                     .not_after = kEnd},
                                                    key, issuer_key);
    CHECK_THAT(reason(leaf + issuer, key, {"a.test"}), ContainsSubstring("not an authority's"));
}

TEST_CASE("an empty chain is refused, and so is one of more than ten", "[crypto]") {
    CHECK(check_chain({}, test::make_key(), {}, kNow).error().kind == ErrorKind::protocol);
    const std::string one = test::make_certificate({.common_name = "x"}, test::make_key());
    std::string many;
    for (int i = 0; i < 10; ++i)
        many += one;
    CHECK(crypto::parse_chain_pem(many).value().size() == 10);
    CHECK(crypto::parse_chain_pem(many + one).error().kind == ErrorKind::protocol);
}

TEST_CASE("one unreadable block spoils the whole chain", "[crypto]") {
    const std::string one = test::make_certificate({.common_name = "x"}, test::make_key());
    const auto chain = crypto::parse_chain_pem(
        one + "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    REQUIRE_FALSE(chain);
    CHECK(chain.error().kind == ErrorKind::protocol);
}
