#include "dns/domain_name.h"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using dns::DnsName;

namespace {

struct Accepted {
    std::string_view text;
    std::string_view name;
};

struct Refused {
    std::string text;
    std::string_view rule;  ///< a part of the message
};

const std::string k63(63, 'a');
/// 253 characters in labels of at most 63.
const std::string k253 = k63 + "." + k63 + "." + k63 + "." + std::string(61, 'a');

}  // namespace

TEST_CASE("domain names come out lower case and in A-labels", "[dns]") {
    const Accepted row = GENERATE(
        Accepted{"example.com", "example.com"}, Accepted{"WWW.Example.COM", "www.example.com"},
        Accepted{"example.com.", "example.com"}, Accepted{"a.b", "a.b"},
        Accepted{"3com.test", "3com.test"}, Accepted{"1.2.3.test", "1.2.3.test"},
        Accepted{"a--b.test", "a--b.test"}, Accepted{"app.dokku.me", "app.dokku.me"},
        Accepted{"*.example.com", "*.example.com"}, Accepted{"*.Example.com.", "*.example.com"},
        Accepted{"bücher.test", "xn--bcher-kva.test"},
        Accepted{"BÜCHER.Test", "xn--bcher-kva.test"},
        Accepted{"*.bücher.test", "*.xn--bcher-kva.test"},
        Accepted{"XN--BCHER-KVA.test", "xn--bcher-kva.test"},
        // Non-transitional: sharp s stays a letter of its own.
        Accepted{"faß.test", "xn--fa-hia.test"}, Accepted{"例え。テスト", "xn--r8jz45g.xn--zckzah"},
        // A letter and its combining mark are one letter.
        Accepted{"bu\xcc\x88"
                 "cher.test",
                 "xn--bcher-kva.test"},
        // Not in IDNA2008, but registries have it and CAs sign it.
        Accepted{"xn--ls8h.test", "xn--ls8h.test"});
    CAPTURE(row.text);
    const auto name = DnsName::parse(row.text);
    REQUIRE(name);
    CHECK(name->str() == row.name);
    CHECK(DnsName::parse(name->str()).value() == *name);
}

TEST_CASE("what no CA would sign is refused with the rule and the way out", "[dns]") {
    const Refused row = GENERATE(
        Refused{"", "empty"}, Refused{"localhost", "one label"}, Refused{"localhost.", "one label"},
        Refused{"*.test", "one label"}, Refused{"192.0.2.7", "IP address"},
        Refused{"2001:db8::1", "IP address"}, Refused{"[2001:db8::1]", "IP address"},
        Refused{"192.0.2.7.", "IP address"}, Refused{"１９２.0.2.7", "IP address"},
        Refused{"192.0.2.300", "not a number"}, Refused{"example.42", "not a number"},
        Refused{"a..test", "between two dots"}, Refused{".a.test", "between two dots"},
        Refused{"a.test..", "between two dots"}, Refused{".", "between two dots"},
        Refused{"*..test", "between two dots"}, Refused{"-a.test", "hyphen"},
        Refused{"a-.test", "hyphen"}, Refused{"a.-.test", "hyphen"}, Refused{"a.test-", "hyphen"},
        Refused{"foo_bar.test", "underscore"}, Refused{"_dmarc.example.com", "underscore"},
        Refused{"_", "underscore"}, Refused{"fooü_bar.test", "underscore"},
        Refused{"foo*bar.test", "star"}, Refused{"*", "star"}, Refused{"a.*.test", "star"},
        Refused{"*.*.a.test", "star"}, Refused{"**.a.test", "star"}, Refused{"*a.test", "star"},
        Refused{"ü*.test", "star"}, Refused{"http://a.test", "scheme"},
        Refused{"a.test/path", "path"}, Refused{"a.test:443", "port"},
        Refused{"a b.test", "letters, digits"}, Refused{" a.test", "letters, digits"},
        Refused{"a.test\n", "letters, digits"}, Refused{"a.test;", "letters, digits"},
        Refused{"a$.test", "letters, digits"}, Refused{"~^www\\d+.test", "letters, digits"});
    CAPTURE(row.text);
    const auto name = DnsName::parse(row.text);
    REQUIRE_FALSE(name);
    CHECK(name.error().kind == ErrorKind::invalid_input);
    CHECK_THAT(name.error().message, ContainsSubstring(std::string{row.rule}));
}

TEST_CASE("international names that DNS cannot hold are refused", "[dns]") {
    const std::string text =
        GENERATE("xn--.test", "xn--zzzzzzzzzzz.test", "\xff.test", "a\xcc.test", "-ü.test",
                 "\xcd\x84"
                 "a.test",
                 "aא.test", "💩.test",
                 "a\xe2\x80\xae"  // NOLINT(misc-misleading-bidirectional): it is to be refused
                 "b.test");
    CAPTURE(text);
    const auto name = DnsName::parse(text);
    REQUIRE_FALSE(name);
    CHECK(name.error().kind == ErrorKind::invalid_input);
    CHECK_THAT(name.error().message, ContainsSubstring("is not usable as a domain"));
}

TEST_CASE("lengths are bounded to the character", "[dns][rfc1035-2.3.4]") {
    REQUIRE(k253.size() == 253);
    CHECK(DnsName::parse(k253).value().str() == k253);
    CHECK(DnsName::parse(k253 + ".").value().str() == k253);
    CHECK_THAT(DnsName::parse(k253 + "a").error().message, ContainsSubstring("253"));
    CHECK_THAT(DnsName::parse("*." + k253).error().message, ContainsSubstring("253"));
    CHECK(DnsName::parse(k63 + ".test"));
    CHECK_THAT(DnsName::parse(k63 + "a.test").error().message, ContainsSubstring("63"));
    CHECK_FALSE(DnsName::parse("ü" + std::string(60, 'a') + ".test"));
    const auto huge = DnsName::parse(std::string(100'000, 'a'));
    REQUIRE_FALSE(huge);
    CHECK(huge.error().message.size() < 300);
}

TEST_CASE("a NUL byte does not end a name", "[dns]") {
    CHECK_FALSE(DnsName::parse({"a.test\0.b.test", 14}));
    CHECK_FALSE(DnsName::parse({"ü.test\0", 8}));
    CHECK_FALSE(DnsName::parse({"192.0.2.7\0", 10}));
}

TEST_CASE("a refused name is shown without obeying it", "[dns]") {
    const auto name = DnsName::parse("a\x1b[31m.test");
    REQUIRE_FALSE(name);
    CHECK(name.error().message.find('\x1b') == std::string::npos);
}

TEST_CASE("a wildcard has a base name, an ordinary name is its own", "[dns]") {
    const auto wildcard = DnsName::parse("*.Example.com").value();
    CHECK(wildcard.is_wildcard());
    CHECK(wildcard.base_name() == "example.com");
    const auto plain = DnsName::parse("www.example.com").value();
    CHECK_FALSE(plain.is_wildcard());
    CHECK(plain.base_name() == "www.example.com");
}

TEST_CASE("names compare and sort by their text", "[dns]") {
    const auto a = DnsName::parse("A.test").value();
    const auto b = DnsName::parse("b.test").value();
    CHECK(a == DnsName::parse("a.TEST.").value());
    CHECK(a < b);
    CHECK(a != b);
}

TEST_CASE("an address comes through a door of its own", "[dns][rfc8738-3]") {
    const auto address = DnsName::parse_address("192.0.2.1");
    REQUIRE(address);
    CHECK(address->str() == "192.0.2.1");
    CHECK(address->is_address());
    CHECK_FALSE(address->is_wildcard());
    CHECK_FALSE(DnsName::parse("192.0.2.1.example.com")->is_address());
    const char* other =
        GENERATE("", "192.0.2", "192.0.2.01", "192.0.2.256", "192.0.2.1.", "[192.0.2.1]",
                 " 192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "a.test");
    CAPTURE(other);
    CHECK_FALSE(DnsName::parse_address(other));
}
