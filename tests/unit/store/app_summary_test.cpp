#include "store/app_summary.h"

#include <catch2/catch_test_macros.hpp>

using store::NameStatus;

namespace {

std::string summary(const std::vector<NameStatus>& statuses, bool enabled = true) {
    store::AppState state;
    state.enabled = enabled;
    for (const NameStatus status : statuses) {
        state.names.push_back({});
        state.names.back().status = status;
    }
    return store::summarize(state);
}

}  // namespace

TEST_CASE("an app in a word", "[store][design-4]") {
    CHECK(summary({}, false) == "off");
    CHECK(summary({}) == "waiting");
    CHECK(summary({NameStatus::disabled}) == "off");
    CHECK(summary({NameStatus::in_use, NameStatus::disabled}) == "ok");
    CHECK(summary({NameStatus::not_used, NameStatus::not_used}) == "not-used");
    CHECK(summary({NameStatus::in_use, NameStatus::pending_dns, NameStatus::installed}) ==
          "partial 2/3");
    CHECK(summary({NameStatus::pending_dns, NameStatus::creating}) == "waiting");
    CHECK(summary({NameStatus::pending_dns, NameStatus::failed}) == "failing");
    CHECK(summary({NameStatus::action_required}) == "failing");
    CHECK(summary({NameStatus::installed}) == "waiting");
}
