#include "acme/nonce.h"

#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/fake_clock.h"

using namespace std::chrono_literals;

TEST_CASE("the newest nonce is taken first, and once", "[acme][rfc8555-6.5]") {
    const test::FakeClock clock;
    acme::NoncePool pool(clock);
    CHECK_FALSE(pool.take());
    pool.add("a");
    pool.add("b");
    CHECK(pool.take() == "b");
    CHECK(pool.take() == "a");
    CHECK_FALSE(pool.take());
}

TEST_CASE("a nonce is kept for ten minutes", "[acme]") {
    test::FakeClock clock;
    acme::NoncePool pool(clock);
    pool.add("old");
    clock.advance(1min);
    pool.add("new");
    clock.advance(9min + 1ms);
    CHECK(pool.take() == "new");
    CHECK_FALSE(pool.take());
    pool.add("again");
    clock.advance(10min);
    CHECK(pool.take() == "again");
}

TEST_CASE("no more than 64 nonces are kept, the oldest go", "[acme]") {
    const test::FakeClock clock;
    acme::NoncePool pool(clock);
    for (int i = 0; i < 70; ++i)
        pool.add(std::to_string(i));
    CHECK(pool.size() == 64);
    std::string last;
    while (auto nonce = pool.take())
        last = *nonce;
    CHECK(last == "6");
}

TEST_CASE("what is no base64url is not taken for a nonce", "[acme][rfc8555-6.5.1]") {
    const test::FakeClock clock;
    acme::NoncePool pool(clock);
    const std::string bad =
        GENERATE(std::string(), std::string("a b"), std::string("a="), std::string("a+/"),
                 std::string("a\"b"), std::string("a\n"), std::string(513, 'a'));
    CAPTURE(bad);
    pool.add(bad);
    CHECK(pool.size() == 0);
}
