#include "http/page_text.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a page is what a person reads of it", "[http]") {
    CHECK(http::page_text("<html><head><title>502 Bad\n Gateway</title></head><body><center>"
                          "<h1>502</h1></center></body>") == "502 Bad Gateway 502");
    CHECK(http::page_text("<SCRIPT>if (a < b) alert('x>y')</SCRIPT>left<style>a{}</style>over") ==
          "left over");
    CHECK(http::page_text("  just text\n") == "just text");
}

TEST_CASE("broken and empty pages give what there is", "[http]") {
    CHECK(http::page_text("").empty());
    CHECK(http::page_text("<html").empty());
    CHECK(http::page_text("a<b").substr(0, 1) == "a");
    CHECK(http::page_text("a<script>never closed").substr(0, 1) == "a");
    CHECK(http::page_text("<").empty());
}

TEST_CASE("a page is short and printable", "[http]") {
    CHECK(http::page_text(std::string(100000, 'x')).size() <= 203);
    CHECK(http::page_text("a\x1b[2Jb") == "a?[2Jb");
}
