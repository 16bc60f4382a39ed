#include "http/client.h"

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a header is found by its lower-case name, the first of several", "[http]") {
    const http::Response response{200, {{"link", "a"}, {"date", "b"}, {"link", "c"}}, ""};
    CHECK(response.header("link") == "a");
    CHECK(response.header("date") == "b");
    CHECK_FALSE(response.header("etag"));
    CHECK(response.header_values("link") == std::vector<std::string_view>{"a", "c"});
    CHECK(response.header_values("etag").empty());
}
