#include "status/answer.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/served_app.h"

using renewal::Standing;
using status::Answer;

namespace fs = std::filesystem;

TEST_CASE("an app has HTTPS, or it is reported", "[status]") {
    struct Row {
        Standing standing;
        status::Evidence evidence;
        Answer answer;
    };
    const Row row = GENERATE(Row{Standing::active, {false, false, false}, Answer::has_https},
                             Row{Standing::active, {false, false, true}, Answer::has_https},
                             Row{Standing::active, {true, false, true}, Answer::reported},
                             Row{Standing::active, {true, false, false}, Answer::silent},
                             Row{Standing::active, {false, true, true}, Answer::reported},
                             Row{Standing::lost, {false, false, true}, Answer::reported},
                             Row{Standing::lost, {false, false, false}, Answer::silent},
                             Row{Standing::custom_ended, {true, false, true}, Answer::reported},
                             Row{Standing::custom_ended, {true, false, false}, Answer::silent},
                             Row{Standing::custom, {false, false, false}, Answer::has_https},
                             Row{Standing::waiting, {false, false, true}, Answer::has_https},
                             Row{Standing::unwanted, {true, false, false}, Answer::has_https});
    CHECK(status::answer_of(row.standing, row.evidence) == row.answer);
}

TEST_CASE("what nobody has reported is in the app's status at the end of the run", "[status]") {
    const test::ServedApp app;
    CHECK(status::answer_for(app.context, app.app));
    CHECK(app.state().names.front().cause.empty());
    fs::remove_all(app.tls());
    CHECK_FALSE(status::answer_for(app.context, app.app));
    const auto name = app.state().names.front();
    CHECK(name.cause == store::cause::kHost);
    CHECK(name.reason == "the certificate is gone, or its files are, and this run got no other");
    CHECK(name.next_try);
}

TEST_CASE("what a run has found out stays as it is", "[status]") {
    const test::ServedApp app;
    fs::remove_all(app.tls());
    app.change([](auto& state) {
        state.names.front().status = store::NameStatus::failed;
        state.names.front().cause = store::cause::kFirewall;
    });
    CHECK_FALSE(status::answer_for(app.context, app.app));
    CHECK(app.state().names.front().cause == store::cause::kFirewall);
}

TEST_CASE("an app that another run is at work for is that one's", "[status]") {
    const test::ServedApp app;
    fs::remove_all(app.tls());
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(lock);
    CHECK(status::answer_for(app.context, app.app));
    CHECK(app.state().names.front().cause.empty());
}
