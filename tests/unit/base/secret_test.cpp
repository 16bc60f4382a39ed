#include "base/secret.h"

#include <string>
#include <type_traits>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "base/random.h"

using base::Secret;

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

TEST_CASE("a secret is revealed only when asked, and a clone is its own", "[base]") {
    const Secret secret{"hunter2"};
    const Secret clone = secret.clone();
    CHECK(secret.reveal() == "hunter2");
    CHECK(clone.reveal() == "hunter2");
    CHECK(clone.reveal().data() != secret.reveal().data());
    CHECK(Secret{}.empty());
}

TEST_CASE("a secret that was moved from holds nothing, long or short", "[base]") {
    for (const std::string& text : {std::string{"short"}, std::string(100, 'x')}) {
        Secret from{text};
        Secret to{std::move(from)};
        CHECK(to.reveal() == text);
        CHECK(from.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the contract
        Secret other{"replaced"};
        other = std::move(to);
        CHECK(other.reveal() == text);
        CHECK(to.empty());  // NOLINT(bugprone-use-after-move): as above
    }
}

TEST_CASE("random numbers stay below their bound and are not constant", "[base]") {
    bool all_equal = true;
    for (int i = 0; i < 200; ++i) {
        const auto number = base::random_below(7);
        REQUIRE(number < 7);
        all_equal = all_equal && number == base::random_below(7);
    }
    CHECK_FALSE(all_equal);
    CHECK(base::random_below(1) == 0);
    CHECK(base::random_bytes(0).empty());
    CHECK(base::random_bytes(16).size() == 16);
    CHECK(base::random_bytes(16) != base::random_bytes(16));
}
