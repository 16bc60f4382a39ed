#include "ca/mentions_name.h"

#include <catch2/catch_test_macros.hpp>

using ca::mentions_name;

TEST_CASE("words speak of a name that stands in them whole", "[ca]") {
    CHECK(mentions_name("x.test", "x.test"));
    CHECK(mentions_name("no order for \"x.test\": too many", "x.test"));
    CHECK(mentions_name("caa forbids x.test.", "x.test"));
    CHECK(mentions_name("x.test. and more", "x.test"));
    CHECK(mentions_name("(x.test)", "x.test"));
    CHECK(mentions_name("of *.x.test", "*.x.test"));
}

TEST_CASE("words do not speak of a name that is part of another", "[ca]") {
    CHECK_FALSE(mentions_name("www.x.test", "x.test"));
    CHECK_FALSE(mentions_name("*.x.test", "x.test"));
    CHECK_FALSE(mentions_name("x.test.example", "x.test"));
    CHECK_FALSE(mentions_name("x.test-2", "x.test"));
    CHECK_FALSE(mentions_name("my_x.test", "x.test"));
    CHECK_FALSE(mentions_name("", "x.test"));
    // The first place does not decide.
    CHECK(mentions_name("www.x.test and x.test", "x.test"));
}
