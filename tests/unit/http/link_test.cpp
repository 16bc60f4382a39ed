#include "http/link.h"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using http::resolve_url;
using Urls = std::vector<std::string>;

namespace {

constexpr std::string_view kAsked = "https://ca.example:14000/cert/1?x=/y";

Urls alternates(std::string value) {
    return http::links(http::Response{200, {{"link", std::move(value)}}, ""}, "alternate", kAsked);
}

}  // namespace

TEST_CASE("the origin is scheme, host and port in lower case", "[http]") {
    CHECK(http::origin_of("https://CA.example:14000/dir") == "https://ca.example:14000");
    CHECK(http::origin_of("HTTPS://ca.example") == "https://ca.example");
    CHECK(http::origin_of("http://user:secret@ca.example?q") == "http://ca.example");
    CHECK(http::origin_of("https://[2001:db8::1]:443/") == "https://[2001:db8::1]:443");
    const std::string bad = GENERATE("", "ca.example", "ftp://ca.example/", "https:///dir",
                                     "https://", "//ca.example", "https:/ca.example");
    CAPTURE(bad);
    CHECK(http::origin_of(bad).empty());
}

TEST_CASE("only an absolute https URL is one", "[http]") {
    CHECK(http::is_https("https://ca.example/x"));
    CHECK(http::is_https("HTTPS://CA.example"));
    const std::string bad = GENERATE("", "http://ca.example/", "https://", "//ca.example",
                                     "javascript:https://ca.example", "ca.example");
    CAPTURE(bad);
    CHECK_FALSE(http::is_https(bad));
}

TEST_CASE("http is weaker than https, and nothing else is weaker than anything", "[http]") {
    CHECK(http::is_weaker("http://ca.example/", "https://ca.example/"));
    CHECK(http::is_weaker("", "https://ca.example/"));
    CHECK_FALSE(http::is_weaker("https://other.example/", "https://ca.example/"));
    CHECK_FALSE(http::is_weaker("https://ca.example/", "http://ca.example/"));
    CHECK_FALSE(http::is_weaker("http://ca.example/", "http://ca.example/"));
}

TEST_CASE("the host for messages has no port", "[http]") {
    CHECK(http::host_of("https://CA.example:14000/dir") == "ca.example");
    CHECK(http::host_of("https://[2001:db8::1]:443/") == "[2001:db8::1]");
    CHECK(http::host_of("https://[2001:db8::1]/") == "[2001:db8::1]");
    CHECK(http::host_of("https://[2001:db8::1]:x/") == "https://[2001:db8::1]:x/");
    CHECK(http::host_of("nonsense") == "nonsense");
}

TEST_CASE("a reference is resolved against the URL that was asked", "[http][rfc3986-5.2]") {
    CHECK(resolve_url(kAsked, "https://other.example/a") == "https://other.example/a");
    CHECK(resolve_url(kAsked, "//other.example/a") == "https://other.example/a");
    CHECK(resolve_url(kAsked, "/a?b") == "https://ca.example:14000/a?b");
    CHECK(resolve_url(kAsked, "a/b") == "https://ca.example:14000/cert/a/b");
    CHECK(resolve_url("https://ca.example", "a") == "https://ca.example/a");
    CHECK(resolve_url("https://me@ca.example/b/c", "a") == "https://ca.example/b/a");
    CHECK(resolve_url(kAsked, "").empty());
    CHECK(resolve_url(kAsked, "mailto:someone@ca.example").empty());
    CHECK(resolve_url(kAsked, "#fragment").empty());
    CHECK(resolve_url("nonsense", "/a").empty());
    CHECK(resolve_url(kAsked, "//?a").empty());
    CHECK(resolve_url(kAsked, "https:///a").empty());
    CHECK(resolve_url("https://[::1]:14000?x", "a") == "https://[::1]:14000/a");
}

TEST_CASE("links may repeat, be joined by commas, and be relative", "[http][rfc8288-3]") {
    const http::Response response{
        200,
        {{"link", R"(<https://ca.example/dir>;rel="index")"},
         {"link", "</cert/1/1>;rel=\"alternate\", <https://ca.example/cert/1/2> ; REL=alternate"},
         {"link", R"(<2,;3>; title="a, \"b\"; rel=up"; rel="up alternate")"}},
        ""};
    CHECK(http::links(response, "alternate", kAsked) == Urls{"https://ca.example:14000/cert/1/1",
                                                             "https://ca.example/cert/1/2",
                                                             "https://ca.example:14000/cert/2,;3"});
    CHECK(http::links(response, "index", kAsked) == Urls{"https://ca.example/dir"});
    CHECK(http::links(response, "next", kAsked).empty());
}

TEST_CASE("only the first rel of a link counts", "[http][rfc8288-3.3]") {
    CHECK(alternates("</a>; rel=up; rel=alternate").empty());
    CHECK(alternates("</a>; rel=alternate; rel=up") == Urls{"https://ca.example:14000/a"});
}

TEST_CASE("a broken Link header yields what can be read before the break", "[http]") {
    CHECK(alternates("</a>;rel=alternate, broken, </b>;rel=alternate") ==
          Urls{"https://ca.example:14000/a"});
    const std::string bad =
        GENERATE("", ",", "<", "</a", "</a>", "</a>;", "</a>;rel", "</a>;rel=", "</a>;=alternate",
                 "<>;rel=alternate", "</a>;rel=\"", "a;rel=alternate");
    CAPTURE(bad);
    CHECK(alternates(bad).empty());
}

TEST_CASE("no more than 16 links are taken", "[http]") {
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "</" + std::to_string(i) + ">;rel=alternate,";
    CHECK(alternates(many).size() == 16);
}
