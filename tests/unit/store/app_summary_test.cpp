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

TEST_CASE("a renewal that fails shows, though the old certificate is served", "[store][design-4]") {
    store::AppState state;
    state.enabled = true;
    state.names = {{"a.test", NameStatus::in_use}, {"b.test", NameStatus::in_use}};
    CHECK(store::summarize(state) == "ok");
    CHECK(store::is_settled(state.names.front()));
    state.names.front().cause = "ca-refused";
    CHECK(store::summarize(state) == "failing");
    CHECK_FALSE(store::is_settled(state.names.front()));
    // A name that nobody wants or that a person's certificate serves has a cause for that.
    state.names.front() = {"a.test", NameStatus::not_used, "custom-certificate"};
    CHECK(store::summarize(state) == "ok");
    state.names.front() = {"a.test", NameStatus::disabled, "excluded"};
    CHECK(store::summarize(state) == "ok");
}
