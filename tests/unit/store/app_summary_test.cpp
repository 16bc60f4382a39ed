#include "store/app_summary.h"

#include <catch2/catch_test_macros.hpp>

#include "support/temp_dir.h"

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

TEST_CASE("an app in a word", "[store][design-2.3]") {
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

TEST_CASE("a renewal that fails shows, though the old certificate is served",
          "[store][design-2.3]") {
    store::AppState state;
    state.enabled = true;
    state.names.resize(2);
    store::NameState& name = state.names.front();
    name.status = NameStatus::in_use;
    state.names.back().status = NameStatus::in_use;
    CHECK(store::summarize(state) == "ok");
    CHECK(store::is_settled(name));
    name.cause = "ca-refused";
    CHECK(store::summarize(state) == "failing");
    CHECK_FALSE(store::is_settled(name));
    // A name that no operator wants or that an operator's certificate serves has a cause for that.
    name.status = NameStatus::not_used;
    CHECK(store::summarize(state) == "ok");
    name.status = NameStatus::disabled;
    CHECK(store::summarize(state) == "ok");
}

TEST_CASE("a certificate that nginx does not show is a failure", "[store]") {
    store::AppState state;
    state.enabled = true;
    state.names.resize(1);
    state.names.front().status = NameStatus::installed;
    state.names.front().cause = "not-served";
    CHECK(store::summarize(state) == "failing");
}

TEST_CASE("an app whose state was damaged is not off", "[store][design-2.3]") {
    store::AppState state;
    state.damaged = base::from_unix(1'770'000'000);
    CHECK(store::summarize(state) == "failing");
    state.switched_off = true;
    CHECK(store::summarize(state) == "off");
}

TEST_CASE("when it is renewed is told of a certificate of ours that is in use", "[store]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const auto at = base::from_unix(1'770'000'000);
    const auto told = [&](store::Owner owner, bool switched_off) {
        REQUIRE(store.update_state("shop", [&](store::AppState& state) {
            state.installed = store::InstalledPair{"ab12", owner, at};
            state.switched_off = switched_off;
            state.renew_at = at;
        }));
        return store::read_summary(store, "shop").renews_at;
    };
    CHECK(told(store::Owner::ours, false) == at);
    CHECK_FALSE(told(store::Owner::ours, true));
    CHECK_FALSE(told(store::Owner::custom, false));
}
