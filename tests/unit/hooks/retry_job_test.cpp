#include "hooks/retry_job.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "store/local_store.h"
#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "support/search_path.h"

namespace {

struct RetryJob {
    base::Result<void> run(const std::string& flag = "") const {
        return hooks::start_retry_job(host.environment, flag, now);
    }
    void make_due() const {
        REQUIRE(store.update_state("shop", [&](store::AppState& state) { state.due = now; }));
        REQUIRE(store.is_any_due(now));
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
};

/// A program that writes its words into the file `calls` beside it.
constexpr auto kWritesItsWords = R"(echo "$*" >"${0%/*}/calls")";

}  // namespace

TEST_CASE("a minute in which nothing is due starts nothing", "[hooks][cron]") {
    const RetryJob job;
    const test::FakePrograms programs{kWritesItsWords};
    REQUIRE(job.store.update_state(
        "shop", [&](store::AppState& state) { state.due = job.now + std::chrono::hours{1}; }));
    // Were it to start one, it would be in place of this test.
    REQUIRE(job.run());
    CHECK_FALSE(std::filesystem::exists(programs / "calls"));
}

TEST_CASE("what is due is left to retry, in place of cron's process", "[hooks][cron]") {
    const RetryJob job;
    const test::FakePrograms programs{kWritesItsWords};
    job.make_due();
    const std::string flag = GENERATE("", "--timestamps");
    const test::Fork process{[&] { return job.run(flag).has_value(); }};
    CHECK(process.succeeded());
    CHECK(test::content_of(programs / "calls") ==
          "letsencrypt:retry --due" + (flag.empty() ? "" : " " + flag) + "\n");
}

TEST_CASE("a crontab that finds no dokku says what is not looked at", "[hooks][cron]") {
    const RetryJob job;
    job.make_due();
    const test::SearchPath path{"/nonexistent"};
    const auto done = job.run();
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::not_found);
}
