#include "crypto/crl.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/base64.h"
#include "support/certificate_maker.h"

using base::from_unix;
using Catch::Matchers::ContainsSubstring;
using crypto::Certificate;
using std::chrono::hours;
using std::chrono::seconds;
using Found = base::Result<std::optional<crypto::Revocation>>;
using Urls = std::vector<std::string>;

namespace {

constexpr base::UtcTime kNow = from_unix(1'770'001'000);
constexpr base::UtcTime kRevoked = from_unix(1'769'900'000);
const std::string kUrl = "http://c.ca.test/17.crl";
const std::string kSerial{"\x01\x23\x45", 3};

Certificate parse(const std::string& pem) {
    return std::move(Certificate::parse_pem(pem)).value();
}

/// A CA, one certificate of it, and its list.
struct Authority {
    crypto::PrivateKey key = test::make_key();
    crypto::PrivateKey leaf_key = test::make_key();
    Certificate issuer =
        parse(test::make_certificate({.common_name = "Issuer", .is_authority = true}, key));
    Certificate leaf = parse(test::make_certificate({.common_name = "leaf",
                                                     .issuer_name = "Issuer",
                                                     .serial_bytes = kSerial,
                                                     .crl_points = {"URI:" + kUrl}},
                                                    leaf_key, key));

    static test::CrlSpec list(std::optional<int> reason = 1) {
        return {.issuer_name = "Issuer",
                .revoked = {{"\x01", kRevoked, 4},
                            {kSerial, kRevoked, reason},
                            {"\x7f\xff\xff\xff", kRevoked, std::nullopt}}};
    }

    static Found find(const std::string& crl, const Certificate& leaf, const Certificate& issuer,
                      base::UtcTime now = kNow) {
        const auto list = crypto::RevocationList::parse(crl, issuer);
        if (!list) return list.error();
        return list->find(leaf, now);
    }
    Found find(const std::string& crl, base::UtcTime now = kNow) const {
        return find(crl, leaf, issuer, now);
    }

    /// Why the list tells nothing; empty if it tells.
    std::string refusal(const test::CrlSpec& spec, base::UtcTime now = kNow) const {
        const auto found = find(test::make_crl(spec, key), now);
        if (found) return {};
        CHECK(found.error().kind == base::ErrorKind::protocol);
        return found.error().message;
    }
};

std::string to_pem(const std::string& der) {
    std::string text = base::to_base64url(der);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.resize((text.size() + 3) / 4 * 4, '=');
    return "-----BEGIN X509 CRL-----\n" + text + "\n-----END X509 CRL-----\n";
}

Urls points_of(const Urls& points) {
    return parse(test::make_certificate({.common_name = "leaf", .crl_points = points},
                                        test::make_key()))
        .crl_urls();
}

}  // namespace

TEST_CASE("a certificate tells where its CA lists what is revoked", "[crypto][rfc5280-4.2.1.13]") {
    CHECK(points_of({}).empty());
    CHECK(points_of({"URI:" + kUrl, "URI:HTTPS://c.ca.test/all"}) ==
          Urls{kUrl, "HTTPS://c.ca.test/all"});
    CHECK(points_of({"URI:ldap://c.ca.test/cn=x", "DNS:c.ca.test", "URI:" + kUrl}) == Urls{kUrl});
}

TEST_CASE("a certificate is found on its CA's list", "[crypto][rfc5280-5.1]") {
    const Authority authority;
    const auto crl = test::make_crl(Authority::list(), authority.key);
    SECTION("in DER") {
        const auto found = authority.find(crl);
        REQUIRE(found);
        REQUIRE(*found);
        CHECK((*found)->at == kRevoked);
        CHECK((*found)->reason == 1);
    }
    SECTION("in PEM") {
        const auto found = authority.find("words\n" + to_pem(crl));
        REQUIRE(found);
        CHECK(found->has_value());
    }
    SECTION("without a reason, or with one that nobody knows") {
        const auto reason = GENERATE(std::optional<int>{}, std::optional<int>{77});
        const auto found = authority.find(test::make_crl(Authority::list(reason), authority.key));
        REQUIRE(found);
        REQUIRE(*found);
        CHECK((*found)->reason == 0);
    }
}

TEST_CASE("a certificate that is not listed, or no longer, is good", "[crypto][rfc5280-5.3]") {
    const Authority authority;
    auto spec = Authority::list();
    SECTION("not listed") {
        spec.revoked.erase(spec.revoked.begin() + 1);
    }
    SECTION("the list is empty") {
        spec.revoked.clear();
    }
    SECTION("taken off again") {
        constexpr int kRemoveFromCrl = 8;
        spec.revoked[1].reason = kRemoveFromCrl;
    }
    const auto found = authority.find(test::make_crl(spec, authority.key));
    REQUIRE(found);
    CHECK_FALSE(found->has_value());
}

TEST_CASE("a list that was read once tells about many certificates", "[crypto][rfc5280-5.1]") {
    std::optional<crypto::RevocationList> list;
    const Authority authority;
    {
        // Neither the text nor the issuer's certificate is needed any more.
        const auto issuer = parse(
            test::make_certificate({.common_name = "Issuer", .is_authority = true}, authority.key));
        const auto crl = test::make_crl(Authority::list(), authority.key);
        auto read = crypto::RevocationList::parse(crl, issuer);
        REQUIRE(read);
        CHECK(read->size() == crl.size());
        list = std::move(*read);
    }
    const auto leaf_of = [&](const std::string& issuer, const std::string& serial) {
        return parse(test::make_certificate(
            {.common_name = "leaf", .issuer_name = issuer, .serial_bytes = serial},
            authority.leaf_key, authority.key));
    };
    CHECK(list->find(leaf_of("Issuer", kSerial), kNow).value());
    CHECK(list->find(leaf_of("Issuer", "\x01"), kNow).value()->reason == 4);
    CHECK_FALSE(list->find(leaf_of("Issuer", "\x02"), kNow).value());
    const auto foreign = list->find(leaf_of("Other", kSerial), kNow);
    REQUIRE_FALSE(foreign);
    CHECK_THAT(foreign.error().message, ContainsSubstring("not signed by"));
}

TEST_CASE("a list that others signed tells nothing", "[crypto][rfc5280-6.3.3]") {
    const Authority authority;
    auto spec = Authority::list();
    SECTION("with another key") {
        CHECK_FALSE(authority.find(test::make_crl(spec, test::make_key())));
    }
    SECTION("under another name") {
        spec.issuer_name = "Other";
        CHECK_THAT(authority.refusal(spec), ContainsSubstring("not signed by"));
    }
    SECTION("with a key that may sign certificates only") {
        const auto issuer = parse(test::make_certificate(
            {.common_name = "Issuer", .is_authority = true, .key_usage = "critical,keyCertSign"},
            authority.key));
        CHECK_FALSE(Authority::find(test::make_crl(spec, authority.key), authority.leaf, issuer));
    }
    SECTION("with the issuer's key, about what another key signed") {
        const auto leaf = parse(test::make_certificate(
            {.common_name = "leaf", .issuer_name = "Issuer", .serial_bytes = "\x02"},
            authority.leaf_key, test::make_key()));
        CHECK_FALSE(Authority::find(test::make_crl(spec, authority.key), leaf, authority.issuer));
    }
    SECTION("for certificates of its own") {
        const auto key = test::make_key();
        const auto other =
            parse(test::make_certificate({.common_name = "Other", .is_authority = true}, key));
        spec.issuer_name = "Other";
        CHECK_FALSE(Authority::find(test::make_crl(spec, key), authority.leaf, other));
    }
}

TEST_CASE("a list of another time tells nothing", "[crypto][rfc5280-6.3.3]") {
    const Authority authority;
    auto spec = Authority::list();
    CHECK(authority.refusal(spec, *spec.until + hours{1}).empty());
    CHECK_THAT(authority.refusal(spec, *spec.until + hours{1} + seconds{1}),
               ContainsSubstring("replaced at 2026-02-09"));
    CHECK(authority.refusal(spec, spec.made - hours{1}).empty());
    CHECK_THAT(authority.refusal(spec, spec.made - hours{1} - seconds{1}),
               ContainsSubstring("to come"));
    spec.until.reset();
    CHECK_THAT(authority.refusal(spec), ContainsSubstring("when it holds"));
}

TEST_CASE("a list in parts tells about its own part", "[crypto][rfc5280-6.3.3]") {
    const Authority authority;
    auto spec = Authority::list();
    SECTION("of this certificate") {
        spec.scope = "critical,onlyuser:TRUE,fullname:URI:" + kUrl;
        const auto found = authority.find(test::make_crl(spec, authority.key));
        REQUIRE(found);
        CHECK(found->has_value());
    }
    SECTION("of others") {
        spec.scope = GENERATE("critical,fullname:URI:http://c.ca.test/18.crl",
                              "critical,onlyCA:TRUE", "critical,onlyAA:TRUE",
                              "critical,indirectCRL:TRUE", "critical,onlysomereasons:superseded");
        CAPTURE(spec.scope);
        CHECK_THAT(authority.refusal(spec), ContainsSubstring("other certificates"));
    }
    SECTION("a list of changes") {
        spec.is_delta = true;
        CHECK_THAT(authority.refusal(spec), ContainsSubstring("critical extension"));
    }
}

TEST_CASE("what is no list tells nothing", "[crypto]") {
    const Authority authority;
    const auto crl = test::make_crl(Authority::list(), authority.key);
    CHECK_FALSE(authority.find(""));
    CHECK_FALSE(authority.find("<html>no</html>"));
    CHECK_FALSE(authority.find("0"));
    CHECK_FALSE(authority.find(crl.substr(0, crl.size() - 1)));
    CHECK_FALSE(authority.find(crl + "x"));
    CHECK_FALSE(authority.find(std::string(crypto::kMostCrlBytes + 1, '0')));
    auto bent = crl;
    bent[bent.size() / 2] = static_cast<char>(bent[bent.size() / 2] ^ 1);
    CHECK_FALSE(authority.find(bent));
}

TEST_CASE("reasons have the RFC's words", "[crypto][rfc5280-5.3.1]") {
    CHECK(crypto::to_reason_word(1) == "keyCompromise");
    CHECK(crypto::to_reason_word(4) == "superseded");
    CHECK(crypto::to_reason_word(9) == "privilegeWithdrawn");
    CHECK(crypto::to_reason_word(0) == "unspecified");
    CHECK(crypto::to_reason_word(7) == "unspecified");
    CHECK(crypto::to_reason_word(11) == "unspecified");
    CHECK(crypto::to_reason_word(-1) == "unspecified");
}
