#include "crypto/certificate.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/base64.h"
#include "base/certificate_dates.h"
#include "base/pem.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "support/certificate_maker.h"

using base::ErrorKind;
using base::from_unix;
using crypto::Certificate;
using Names = std::vector<std::string>;

namespace {

Certificate parse(const std::string& pem) {
    auto certificate = Certificate::parse_pem(pem);
    REQUIRE(certificate);
    return std::move(*certificate);
}

Certificate with_names(const Names& names) {
    return parse(test::make_certificate({.common_name = "leaf", .names = names}, test::make_key()));
}

}  // namespace

TEST_CASE("a certificate gives its fields", "[crypto]") {
    const auto key = test::make_key();
    const std::string pem =
        test::make_certificate({.common_name = "leaf.test",
                                .names = {"Leaf.TEST", "*.leaf.test", "192.0.2.7", "2001:db8::1"},
                                .issuer_name = "Some CA",
                                .not_before = from_unix(1'735'790'400),
                                .not_after = from_unix(1'743'566'400),
                                .serial_bytes = {"\x0a\xbc\xde", 3}},
                               key);
    const Certificate certificate = parse("words before\n" + pem);
    CHECK(certificate.names() == Names{"leaf.test", "*.leaf.test", "192.0.2.7", "2001:db8::1"});
    CHECK(certificate.not_before() == from_unix(1'735'790'400));
    CHECK(certificate.not_after() == from_unix(1'743'566'400));
    CHECK(certificate.subject_common_name() == "leaf.test");
    CHECK(certificate.issuer_common_name() == "Some CA");
    CHECK(certificate.fingerprint() ==
          base::to_hex(crypto::sha256(base::pem_to_der(base::first_certificate(pem)))));
    CHECK(certificate.belongs_to(key));
    CHECK_FALSE(certificate.belongs_to(test::make_key()));
    CHECK_FALSE(certificate.belongs_to(test::make_key(crypto::KeyType::p384)));
}

TEST_CASE("a certificate without names, subject and key identifier has none", "[crypto]") {
    const Certificate certificate = parse(test::make_certificate({}, test::make_key()));
    CHECK(certificate.names().empty());
    CHECK(certificate.subject_common_name().empty());
    CHECK(certificate.issuer_common_name().empty());
    CHECK(certificate.authority_key_identifier().empty());
    CHECK_FALSE(certificate.covers(""));
}

TEST_CASE("the parts of the sample's ARI certID are those of the RFC", "[crypto][rfc9773-4.1]") {
    const std::string identifier{
        "\x69\x88\x5b\x6b\x87\x46\x40\x41\xe1\xb3\x7b\x84\x7b\xa0\xae\x2c\xde\x01\xc8\xd4", 20};
    const Certificate certificate =
        parse(test::make_certificate({.common_name = "x",
                                      .serial_bytes = {"\x87\x65\x43\x21", 4},
                                      .authority_key_identifier = identifier},
                                     test::make_key()));
    CHECK(certificate.authority_key_identifier() == identifier);
    CHECK(certificate.serial_der() == std::string{"\x00\x87\x65\x43\x21", 5});
    CHECK(base::to_base64url(certificate.authority_key_identifier()) + "." +
              base::to_base64url(certificate.serial_der()) ==
          "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
}

TEST_CASE("serial numbers are exact, small and large", "[crypto]") {
    const auto serial = [](const std::string& bytes) {
        return parse(
            test::make_certificate({.common_name = "x", .serial_bytes = bytes}, test::make_key()));
    };
    CHECK(serial({"\x00", 1}).serial_der() == std::string{"\x00", 1});
    CHECK(serial({"\x01", 1}).serial_der() == "\x01");
    CHECK(serial({"\x7f", 1}).serial_der() == "\x7f");
    CHECK(serial({"\x80", 1}).serial_der() == std::string{"\x00\x80", 2});
    const std::string large(200, '\x55');
    CHECK(serial(large).serial_der() == large);
}

TEST_CASE("a certificate covers its names in any case, and one label by a wildcard", "[crypto]") {
    const Certificate certificate = with_names({"a.test", "*.b.test", "192.0.2.7", "2001:db8::1"});
    for (const char* name : {"a.test", "A.Test", "x.b.test", "*.b.test", "192.0.2.7", "2001:db8::1",
                             "2001:0DB8:0::1"}) {
        CAPTURE(name);
        CHECK(certificate.covers(name));
    }
    for (const char* name : {"", "b.test", "x.y.b.test", ".b.test", "xa.test", "test", "*.a.test",
                             "192.0.2.8", "2001:db8::2", "*", "a.test.", "*.*.b.test"}) {
        CAPTURE(name);
        CHECK_FALSE(certificate.covers(name));
    }
}

TEST_CASE("names in other scripts are compared as A-labels", "[crypto][rfc9525-6.3]") {
    const Certificate certificate = with_names({"*.xn--bcher-kva.test", "w*.c.test"});
    CHECK(certificate.covers("www.xn--bcher-kva.test"));
    CHECK(certificate.covers("xn--bcher-kva.XN--bcher-kva.test"));
    CHECK_FALSE(certificate.covers("www.c.test"));
}

TEST_CASE("a wildcard right below the root covers itself alone", "[crypto]") {
    const Certificate certificate = with_names({"*.test"});
    CHECK(certificate.covers("*.test"));
    CHECK_FALSE(certificate.covers("a.test"));
}

TEST_CASE("the common name of the subject covers nothing", "[crypto][rfc9525-2]") {
    const Certificate certificate =
        parse(test::make_certificate({.common_name = "a.test"}, test::make_key()));
    CHECK_FALSE(certificate.covers("a.test"));
}

TEST_CASE("a wildcard never covers an IP address", "[crypto]") {
    CHECK_FALSE(with_names({"*.0.2.7"}).covers("192.0.2.7"));
}

TEST_CASE("a domain name that is spelled like an address is none", "[crypto][rfc8738-3]") {
    const Certificate certificate = with_names({"DNS:192.0.2.7", "DNS:2001:db8::1", "a.test"});
    CHECK(certificate.names() == Names{"a.test"});
    CHECK_FALSE(certificate.covers("192.0.2.7"));
    CHECK_FALSE(certificate.covers("2001:db8::1"));
}

TEST_CASE("dates in both forms of DER time agree with base's own walk", "[crypto][base]") {
    // Before 1950 and from 2050 on X.509 uses GeneralizedTime, between them UTCTime.
    const auto at = GENERATE(from_unix(-600'000'000), from_unix(-631'152'000), from_unix(0),
                             from_unix(1'735'790'400), from_unix(2'524'607'999),
                             from_unix(2'524'608'000), from_unix(253'402'300'799));
    CAPTURE(base::to_rfc3339(at));
    const std::string pem = test::make_certificate(
        {.common_name = "x", .not_before = at - std::chrono::hours{1}, .not_after = at},
        test::make_key());
    const auto dates = base::read_certificate_dates("words\n" + pem);
    REQUIRE(dates);
    CHECK(dates->not_after == at);
    CHECK(dates->not_before == at - std::chrono::hours{1});
    CHECK(parse(pem).not_after() == at);
    CHECK(parse(pem).not_before() == at - std::chrono::hours{1});
}

TEST_CASE("dates of an RSA certificate with a long serial are walked to", "[crypto][base]") {
    const std::string pem = test::make_certificate(
        {.common_name = std::string(60, 'x'), .serial_bytes = std::string(300, '\x11')},
        test::make_key(crypto::KeyType::rsa2048));
    const auto dates = base::read_certificate_dates(pem);
    REQUIRE(dates);
    CHECK(dates->not_after == parse(pem).not_after());
}

TEST_CASE("a certificate cut anywhere is refused by both readers", "[crypto][base]") {
    const std::string pem = test::make_certificate({.common_name = "x"}, test::make_key());
    const std::string der = base::pem_to_der(base::first_certificate(pem));
    // The walk stops after the dates, so it is asked only up to there.
    const auto as_pem = [](const std::string& bytes) {
        std::string text = base::to_base64url(bytes);
        for (char& c : text)
            c = c == '-' ? '+' : c == '_' ? '/' : c;
        text.append((4 - text.size() % 4) % 4, '=');
        return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
    };
    REQUIRE(Certificate::parse_pem(as_pem(der)));
    for (std::size_t length = 0; length < der.size(); ++length) {
        CHECK_FALSE(Certificate::parse_pem(as_pem(der.substr(0, length))));
        CHECK_FALSE(base::read_certificate_dates(as_pem(der.substr(0, length))));
    }
    const auto longer = Certificate::parse_pem(as_pem(der + "x"));
    REQUIRE_FALSE(longer);
    CHECK_THAT(longer.error().message, Catch::Matchers::ContainsSubstring("after its end"));
}

TEST_CASE("what is no certificate is refused as protocol", "[crypto]") {
    const std::string text =
        GENERATE("", "words", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
                 "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                 "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    CAPTURE(text);
    const auto certificate = Certificate::parse_pem(text);
    REQUIRE_FALSE(certificate);
    CHECK(certificate.error().kind == ErrorKind::protocol);
    CHECK(crypto::parse_chain_pem(text).error().kind == ErrorKind::protocol);
    CHECK(base::read_certificate_dates(text).error().kind == ErrorKind::protocol);
}
