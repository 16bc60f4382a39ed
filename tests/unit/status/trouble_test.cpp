#include "status/trouble.h"

#include <catch2/catch_test_macros.hpp>

#include "store/cause.h"

namespace cause = store::cause;
using status::Trouble;
using store::NameStatus;

namespace {

store::NameState name(NameStatus status, std::string_view why) {
    store::NameState state;
    state.name = "a.test";
    state.status = status;
    state.cause = why;
    return state;
}

}  // namespace

TEST_CASE("what ails the host is told instead of a name that is well", "[status][design-2.3]") {
    for (const auto why : {cause::kHost, cause::kStuckRun, cause::kNoRenewalRun}) {
        CAPTURE(why);
        CHECK(Trouble{why, "x"}.says_more_than(name(NameStatus::in_use, "")));
        CHECK(Trouble{why, "x"}.says_more_than(name(NameStatus::not_used, cause::kCustom)));
    }
}

TEST_CASE("what a name has failed for says more, but while a run is stuck",
          "[status][design-2.3]") {
    const auto failed = name(NameStatus::pending_dns, cause::kDnsMissing);
    CHECK_FALSE((Trouble{cause::kHost, "x"}.says_more_than(failed)));
    CHECK_FALSE((Trouble{cause::kNoRenewalRun, "x"}.says_more_than(failed)));
    CHECK((Trouble{cause::kStuckRun, "x"}.says_more_than(failed)));
}

TEST_CASE("a name that waits for a run hears that no run can do anything", "[status][design-2.3]") {
    const auto waiting = name(NameStatus::creating, "");
    const auto met_before = name(NameStatus::failed, cause::kHost);
    CHECK((Trouble{cause::kHost, "x"}.says_more_than(waiting)));
    CHECK((Trouble{cause::kHost, "x"}.says_more_than(met_before)));
    CHECK_FALSE((Trouble{cause::kNoRenewalRun, "x"}.says_more_than(waiting)));
}
