#include "acme/page_text.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a page is what a person reads of it", "[acme]") {
    CHECK(acme::page_text("<html><head><title>502 Bad\n Gateway</title></head><body><center>"
                          "<h1>502</h1></center></body>") == "502 Bad Gateway 502");
    CHECK(acme::page_text("<SCRIPT>if (a < b) alert('x>y')</SCRIPT>left<style>a{}</style>over") ==
          "left over");
    CHECK(acme::page_text("  just text\n") == "just text");
}

TEST_CASE("broken and empty pages give what there is", "[acme]") {
    CHECK(acme::page_text("").empty());
    CHECK(acme::page_text("<html").empty());
    CHECK(acme::page_text("a<b").substr(0, 1) == "a");
    CHECK(acme::page_text("a<script>never closed").substr(0, 1) == "a");
    CHECK(acme::page_text("<").empty());
}

TEST_CASE("a page is short and printable", "[acme]") {
    CHECK(acme::page_text(std::string(100000, 'x')).size() <= 203);
    CHECK(acme::page_text("a\x1b[2Jb") == "a?[2Jb");
}
