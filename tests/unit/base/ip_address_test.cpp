#include "base/ip_address.h"

#include <algorithm>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using base::is_public;
using base::to_canonical_ip;

TEST_CASE("equal addresses have one text", "[base][rfc5952-4]") {
    CHECK(to_canonical_ip("192.0.2.1") == "192.0.2.1");
    CHECK(to_canonical_ip("2001:0DB8:0000::0001") == "2001:db8::1");
    CHECK(to_canonical_ip("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
    CHECK(to_canonical_ip("0:0:0:0:0:0:0:0") == "::");
}

TEST_CASE("an IPv4 address in IPv6 is that IPv4 address", "[base][rfc4291-2.5.5.2]") {
    CHECK(to_canonical_ip("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(to_canonical_ip("::FFFF:c000:0201") == "192.0.2.1");
    CHECK(to_canonical_ip("::fffe:c000:201") == "::fffe:c000:201");
}

TEST_CASE("what is no address has no text", "[base]") {
    const std::string text = GENERATE(as<std::string>(), "", "shop.test", "192.0.2", "192.0.2.256",
                                      "192.0.2.01", " 192.0.2.1", "192.0.2.1:80", "[::1]",
                                      "fe80::1%lo", ":::", std::string("192.0.2.1\0x", 11));
    CAPTURE(text);
    CHECK_FALSE(to_canonical_ip(text));
    CHECK_FALSE(is_public(text));
}

TEST_CASE("private and special addresses are not public", "[base]") {
    const std::string text =
        GENERATE("0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0",
                 "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.1", "172.16.0.0",
                 "172.31.255.255", "192.168.0.0", "192.168.255.255", "224.0.0.1", "239.255.255.255",
                 "255.255.255.255", "::", "::1", "fc00::", "fdff:ffff::1", "fe80::1", "febf::1",
                 "ff00::", "ff02::1", "::ffff:10.0.0.1");
    CAPTURE(text);
    CHECK_FALSE(is_public(text));
}

TEST_CASE("addresses next to these are public, and so are those for documentation", "[base]") {
    const std::string text =
        GENERATE("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                 "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
                 "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "::2",
                 "fbff:ffff::1", "fe00::1", "fec0::1", "feff::1", "192.0.2.1", "198.51.100.1",
                 "203.0.113.1", "2001:db8::1", "::ffff:192.0.2.1");
    CAPTURE(text);
    CHECK(is_public(text));
}

TEST_CASE("the addresses of this host are canonical, each once", "[base]") {
    const auto addresses = base::local_addresses();
    for (const std::string& address : addresses) {
        CAPTURE(address);
        CHECK(to_canonical_ip(address) == address);
        CHECK_FALSE(address.starts_with("127."));
        CHECK(address != "::1");
        CHECK_FALSE(address.starts_with("169.254."));
        CHECK_FALSE(address.starts_with("fe8"));
        CHECK(std::count(addresses.begin(), addresses.end(), address) == 1);
    }
}
