#include "status/unseen_names.h"

#include <catch2/catch_test_macros.hpp>

#include "store/cause.h"
#include "support/fake_clock.h"

namespace cause = store::cause;
using store::NameStatus;

namespace {

struct Noted {
    void add(const std::string& name, NameStatus status, std::string_view why = "") {
        state.names.push_back({name, status, std::string{why}, "", clock.now(), 0, {}, {}, {}});
    }
    void note() { status::note_unseen(state, {"a.test", "b.test"}, clock.now()); }
    const store::NameState& name(std::string_view name) const {
        return *store::find_name(state, name);
    }

    test::FakeClock clock;
    store::AppState state;
};

}  // namespace

TEST_CASE("after a pair was put back the retry job looks whether nginx shows it",
          "[status][design-9.1]") {
    Noted app;
    app.add("a.test", NameStatus::in_use);
    app.note();
    CHECK(app.name("a.test").status == NameStatus::installed);
    CHECK(app.name("a.test").cause == cause::kNotServed);
    REQUIRE(app.state.due);
    CHECK(app.state.due == app.name("a.test").next_try);
    CHECK(*app.state.due <= app.clock.now() + std::chrono::minutes{1});
    // b.test is none that the app wants.
    CHECK(app.state.names.size() == 1);
}

TEST_CASE("of an app of which nothing is known all names of the certificate are noted",
          "[status][design-9.1]") {
    Noted app;
    app.note();
    CHECK(app.state.names.size() == 2);
}

TEST_CASE("a look that comes sooner is left where it is", "[status]") {
    Noted app;
    app.add("a.test", NameStatus::in_use);
    app.state.due = app.clock.now();
    app.note();
    CHECK(app.state.due == app.clock.now());
}

TEST_CASE("a name that is noted already is not put off", "[status]") {
    Noted app;
    app.add("a.test", NameStatus::installed, cause::kNotServed);
    app.state.names[0].failures = 5;
    app.note();
    CHECK(app.name("a.test").failures == 5);
    CHECK_FALSE(app.name("a.test").next_try);
}

TEST_CASE("nginx does not say how a name is whose own status says more", "[status]") {
    Noted app;
    CHECK(status::is_for_nginx_to_say(app.state, "a.test"));
    app.add("a.test", NameStatus::in_use);
    const auto with = [&](NameStatus status, std::string_view why) {
        app.state.names[0].status = status;
        app.state.names[0].cause = why;
        return status::is_for_nginx_to_say(app.state, "a.test");
    };
    CHECK(with(NameStatus::in_use, ""));
    CHECK(with(NameStatus::creating, ""));
    CHECK(with(NameStatus::not_used, cause::kCustom));
    CHECK(with(NameStatus::installed, cause::kNotServed));
    CHECK(with(NameStatus::failed, cause::kNoHttpsListener));
    CHECK(with(NameStatus::failed, cause::kHost));
    CHECK_FALSE(with(NameStatus::in_use, cause::kCaUnreachable));  // its renewal fails
    CHECK_FALSE(with(NameStatus::pending_dns, cause::kDnsMissing));
    CHECK_FALSE(with(NameStatus::disabled, cause::kExcluded));
}
