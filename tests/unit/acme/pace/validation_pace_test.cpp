#include "acme/pace/validation_pace.h"

#include <catch2/catch_test_macros.hpp>

namespace {

using std::chrono::milliseconds;

/// One order after another at a CA that takes so long; how often it was looked in vain.
int looks_in_vain(acme::ValidationPace& pace, milliseconds takes, int orders) {
    int in_vain = 0;
    for (int i = 0; i < orders; ++i) {
        const auto waited = pace.pause();
        in_vain += waited < takes ? 1 : 0;
        pace.note(waited, waited >= takes);
    }
    return in_vain;
}

}  // namespace

TEST_CASE("orders are looked at soon where the CA is fast", "[acme]") {
    acme::ValidationPace pace;
    CHECK(pace.pause() == milliseconds{2500});
    CHECK(looks_in_vain(pace, milliseconds{20}, 8) == 0);
    CHECK(pace.pause() == milliseconds{250});
}

TEST_CASE("and hardly ever in vain, however long the CA takes", "[acme]") {
    for (const int takes : {300, 700, 1000, 2000, 2400}) {
        acme::ValidationPace pace;
        CHECK(looks_in_vain(pace, milliseconds{takes}, 1000) <= 2);
        CHECK(pace.pause() >= milliseconds{takes});
        CHECK(pace.pause() <= milliseconds{2500});
    }
}

TEST_CASE("what one order waited for says nothing of those that waited less meanwhile", "[acme]") {
    acme::ValidationPace pace;
    pace.note(milliseconds{2500}, true);
    pace.note(milliseconds{1250}, true);
    pace.note(milliseconds{2500}, true);
    CHECK(pace.pause() == milliseconds{625});
    pace.note(milliseconds{625}, false);
    CHECK(pace.pause() == milliseconds{1250});
    pace.note(milliseconds{1250}, true);
    CHECK(pace.pause() == milliseconds{1250});
}

TEST_CASE("one order goes ahead of the others", "[acme]") {
    acme::ValidationPace pace;
    CHECK(pace.goes_ahead());
    CHECK_FALSE(pace.goes_ahead());
}
