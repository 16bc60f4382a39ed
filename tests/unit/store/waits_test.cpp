#include "store/waits.h"

#include <catch2/catch_test_macros.hpp>

using std::chrono::hours;
using std::chrono::minutes;

namespace {

const base::UtcTime kNow = base::from_unix(1'770'000'000);
constexpr hours kYear{24 * 365};

store::AppState waiting_until(base::UtcTime next_try, std::optional<base::UtcTime> set) {
    store::AppState state;
    state.enabled = true;
    store::NameState name;
    name.name = "a.test";
    name.status = store::NameStatus::failed;
    name.next_try = next_try;
    name.next_try_set = set;
    state.names.push_back(name);
    state.due = next_try;
    return state;
}

}  // namespace

TEST_CASE("a wait that is within its bound is left alone", "[store]") {
    for (const auto wait : {hours{1}, hours{25}}) {
        auto state = waiting_until(kNow + wait, kNow);
        CHECK_FALSE(store::bound_waits(state, kNow));
        CHECK(state.names[0].next_try == kNow + wait);
        CHECK(state.due == kNow + wait);
    }
    auto past = waiting_until(kNow - kYear, kNow - kYear - hours{1});
    CHECK_FALSE(store::bound_waits(past, kNow));
    store::AppState none;
    CHECK_FALSE(store::bound_waits(none, kNow));
}

TEST_CASE("a wait of our own above 25 hours is cut to one", "[store]") {
    auto state = waiting_until(kNow + hours{26}, kNow);
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.names[0].next_try == kNow + hours{1});
    CHECK(state.names[0].next_try_set == kNow);
    CHECK(state.due == kNow + hours{1});
    CHECK_FALSE(store::bound_waits(state, kNow));
    // An older release did not say when it was written.
    auto old = waiting_until(kNow + hours{26}, std::nullopt);
    CHECK(store::bound_waits(old, kNow));
    CHECK(old.names[0].next_try == kNow + hours{1});
}

TEST_CASE("a wait that was written in the future is cut to an hour", "[store]") {
    auto state = waiting_until(kNow + kYear + hours{1}, kNow + kYear);
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.names[0].next_try == kNow + hours{1});
    CHECK(state.due == kNow + hours{1});
    auto soon = waiting_until(kNow + minutes{30}, kNow + minutes{29});
    CHECK(store::bound_waits(soon, kNow));
    CHECK(soon.names[0].next_try == kNow + minutes{30});
    CHECK(soon.names[0].next_try_set == kNow);
}

TEST_CASE("what a CA asked for is waited for, at most a week", "[store]") {
    auto asked = waiting_until(kNow + hours{24 * 7}, kNow);
    asked.names[0].not_before = asked.names[0].next_try;
    CHECK_FALSE(store::bound_waits(asked, kNow));
    auto more = waiting_until(kNow + kYear, kNow);
    more.names[0].not_before = more.names[0].next_try;
    CHECK(store::bound_waits(more, kNow));
    CHECK(more.names[0].next_try == kNow + hours{1});
    CHECK(more.names[0].not_before == kNow + hours{1});
    auto ours = waiting_until(kNow + hours{48}, kNow);
    ours.names[0].not_before = kNow + hours{2};  // the rest of the wait is none of the CA's
    CHECK(store::bound_waits(ours, kNow));
}

TEST_CASE("the next question about a renewal is not put off for ever", "[store]") {
    store::AppState state;
    state.renewal = store::RenewalPlan{};
    state.renewal->next_ask = kNow + hours{48};
    state.renewal->next_ask_set = kNow;
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.renewal->next_ask == kNow + hours{1});
    state.renewal->failures = 1;
    state.renewal->next_ask = kNow + hours{24 * 7};
    CHECK_FALSE(store::bound_waits(state, kNow));
    state.renewal->next_ask = kNow + hours{24 * 7 + 1};
    CHECK(store::bound_waits(state, kNow));
    state.renewal->next_ask = kNow + hours{24 * 7};
    state.renewal->next_ask_set = kNow + kYear;
    CHECK(store::bound_waits(state, kNow));
}

TEST_CASE("lists of revoked certificates are read again, where there are some", "[store]") {
    store::AppState state;
    state.next_crl_check = kNow + kYear;
    state.next_crl_check_set = kNow + kYear - hours{23};
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.next_crl_check == kNow + hours{1});
    // A certificate that names no list.
    state.installed = store::InstalledPair{"0a", store::Owner::ours, kNow + hours{24 * 90}};
    state.next_crl_check = state.installed->not_after;
    CHECK_FALSE(store::bound_waits(state, kNow));
}

TEST_CASE("due is the earliest of what is waited for", "[store]") {
    auto state = waiting_until(kNow + hours{2}, kNow);
    state.due = kNow + hours{20};  // another name had it
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.due == kNow + hours{2});
    state.renew_at = kNow + hours{1};
    state.due = kNow + hours{2};
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.due == kNow + hours{1});
}

TEST_CASE("an app that waits for something and has no due is due then", "[store]") {
    auto state = waiting_until(kNow + hours{2}, kNow);
    state.due.reset();
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.due == kNow + hours{2});
    state.due.reset();
    state.switched_off = true;
    CHECK_FALSE(store::bound_waits(state, kNow));
}

TEST_CASE("what fails since a time that is still to come fails since now", "[store]") {
    auto state = waiting_until(kNow + hours{1}, kNow);
    state.names[0].failing_since = kNow - kYear;
    state.ca_fails_since = kNow - kYear;
    CHECK_FALSE(store::bound_waits(state, kNow));
    state.names[0].failing_since = kNow + kYear;
    state.ca_fails_since = kNow + kYear;
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.names[0].failing_since == kNow);
    CHECK(state.ca_fails_since == kNow);
}

TEST_CASE("due in the future without anything that is waited for is now", "[store]") {
    store::AppState state;
    state.due = kNow + kYear;  // a hook wrote its own time
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.due == kNow);
    CHECK_FALSE(store::bound_waits(state, kNow));
}

TEST_CASE("the time at which a run that is killed is taken up stays", "[store]") {
    auto state = waiting_until(kNow + hours{2}, kNow);
    state.order = store::RunningOrder{};
    state.due = kNow + minutes{15};
    CHECK_FALSE(store::bound_waits(state, kNow));
    state.due = kNow + hours{24};
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.due == kNow + hours{2});
}

TEST_CASE("the end of a certificate of the app's own is waited for however far it is", "[store]") {
    store::AppState state;
    state.enabled = true;
    state.installed = store::InstalledPair{"", store::Owner::custom, kNow + kYear};
    state.due = kNow + kYear;
    CHECK_FALSE(store::bound_waits(state, kNow));
    state.due = kNow + 2 * kYear;
    CHECK(store::bound_waits(state, kNow));
    CHECK(state.due == kNow + kYear);
}

TEST_CASE("each certificate of an app has its waits bounded, and makes the app due", "[store]") {
    const auto id = store::CertificateId::parse("name:b.test").value();
    auto state = waiting_until(kNow + hours{20}, kNow);
    store::certificate_of(state, id).names = waiting_until(kNow + kYear, kNow).names;
    CHECK(store::bound_waits(state, kNow));
    CHECK(store::certificate_of(state, id).names[0].next_try == kNow + hours{1});
    CHECK(state.names[0].next_try == kNow + hours{20});
    CHECK(state.due == kNow + hours{1});
}
