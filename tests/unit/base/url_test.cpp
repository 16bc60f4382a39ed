#include "base/url.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using base::parse_url;

TEST_CASE("a URL is read once, with all its parts", "[base][rfc3986-3]") {
    const auto url = parse_url("https://ca.example:14000/dir?a=b@c#d");
    REQUIRE(url);
    CHECK(url->is_https());
    CHECK(url->host == "ca.example");
    CHECK(url->port == 14000);
    CHECK(url->path == "/dir?a=b@c#d");
    CHECK(url->place == "ca.example:14000");
}

TEST_CASE("a URL without port and path has none", "[base]") {
    const auto url = parse_url("http://ca.example");
    REQUIRE(url);
    CHECK_FALSE(url->is_https());
    CHECK_FALSE(url->port);
    CHECK(url->effective_port() == 80);
    CHECK(url->path.empty());
    CHECK(parse_url("https://ca.example?x=/")->path == "?x=/");
    CHECK(parse_url("https://ca.example")->effective_port() == 443);
}

TEST_CASE("scheme and host are in lower case, the path and the place as written", "[base]") {
    const auto url = parse_url("HTTPS://CA.Example:443/Dir");
    REQUIRE(url);
    CHECK(url->scheme == "https");
    CHECK(url->host == "ca.example");
    CHECK(url->path == "/Dir");
    CHECK(url->place == "CA.Example:443");
}

TEST_CASE("an IPv6 literal is a host without its brackets", "[base][rfc3986-3.2.2]") {
    const auto url = parse_url("https://[2001:DB8::1]:8443/x");
    REQUIRE(url);
    CHECK(url->host == "2001:db8::1");
    CHECK(url->port == 8443);
    CHECK(url->place == "[2001:DB8::1]:8443");
    CHECK(parse_url("http://[::1]/")->host == "::1");
    CHECK(parse_url("http://[::1]")->path.empty());
}

TEST_CASE("user information is not the host", "[base][rfc3986-3.2.1]") {
    const auto url = parse_url("https://user:se@cret@ca.example:1/");
    REQUIRE(url);
    CHECK(url->host == "ca.example");
    CHECK(url->port == 1);
    CHECK(url->place == "ca.example:1");
    CHECK(parse_url("https://ca.example@[::1]")->host == "::1");
}

TEST_CASE("what is no http or https URL is none", "[base]") {
    const std::string_view text = GENERATE(
        "", "ca.example", "https", "https:", "https:/ca.example", "https://", "https:///x",
        "//ca.example/", "/path", "ftp://ca.example/", "xhttps://ca.example/", "https://?x",
        "https://:443/", "https://user@/", "https://../", "https://ca example/",
        "https://ca.example/a b", "https://ca.example\n", "https://ca.example\\@x/");
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
}

TEST_CASE("a port is a number from 1 to 65535", "[base]") {
    const std::string_view text =
        GENERATE("https://ca.example:/", "https://ca.example:0/", "https://ca.example:65536/",
                 "https://ca.example:-1/", "https://ca.example:+1/", "https://ca.example:1x/",
                 "https://ca.example:1:2/", "https://[::1]:/", "https://[::1]x/");
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
    CHECK(parse_url("https://ca.example:65535")->port == 65535);
}

TEST_CASE("brackets are for IPv6 addresses alone", "[base]") {
    const std::string_view text =
        GENERATE("https://[ca.example]/", "https://[192.0.2.7]/", "https://[::1/", "https://::1/",
                 "https://[]/", "https://[fe80::1%25eth0]/", "https://ca]example/");
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
}

TEST_CASE("the same place is told whatever the spelling", "[base]") {
    CHECK(base::is_same_place("https://CA.example/a", "https://ca.example:443/b"));
    CHECK(base::is_same_place("http://u@[::1]:80", "http://[::1]/"));
    CHECK_FALSE(base::is_same_place("https://ca.example/", "http://ca.example/"));
    CHECK_FALSE(base::is_same_place("https://ca.example/", "https://ca.example:444/"));
    CHECK_FALSE(base::is_same_place("nonsense", "nonsense"));
}
