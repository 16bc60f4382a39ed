#include "base/result.h"

#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

namespace {

using base::ErrorKind;
using base::Result;

Result<int> half(int number) {
    if (number % 2 != 0) return base::fail(ErrorKind::invalid_input, "odd", {"try 2"});
    return number / 2;
}

Result<void> check(bool good) {
    if (!good) return base::fail(ErrorKind::io, "bad");
    return {};
}

Result<std::string> half_as_text(int number) {
    auto result = half(number);
    if (!result) return std::move(result).error();
    return std::to_string(*result);
}

}  // namespace

TEST_CASE("a Result holds a value", "[base]") {
    const auto result = half(8);
    REQUIRE(result);
    CHECK(result.has_value());
    CHECK(*result == 4);
    CHECK(result.value() == 4);
    CHECK(result.value_or(9) == 4);
}

TEST_CASE("a Result holds an error with kind, message and steps", "[base]") {
    const auto result = half(7);
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::invalid_input);
    CHECK(result.error().message == "odd");
    CHECK(result.error().steps == std::vector<std::string>{"try 2"});
    CHECK_FALSE(result.error().retry_at.has_value());
    CHECK(result.value_or(9) == 9);
}

TEST_CASE("an error moves from one Result type to another", "[base]") {
    const auto result = half_as_text(7);
    REQUIRE_FALSE(result);
    CHECK(result.error().message == "odd");
    CHECK(half_as_text(8).value() == "4");
}

TEST_CASE("a Result without value is success until it has an error", "[base]") {
    CHECK(check(true));
    const auto failed = check(false);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::io);
    CHECK(failed.error().message == "bad");
}

TEST_CASE("a Result carries what can only be moved", "[base]") {
    Result<std::unique_ptr<int>> result{std::make_unique<int>(5)};
    REQUIRE(result);
    const std::unique_ptr<int> taken = std::move(result).value();
    CHECK(*taken == 5);
}

TEST_CASE("the error of a Result can be changed on its way up", "[base]") {
    auto result = half(7);
    REQUIRE_FALSE(result);
    result.error().message += ": 7";
    CHECK(result.error().message == "odd: 7");
}
