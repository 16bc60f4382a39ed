#include "ca/issue_job.h"

#include <catch2/catch_test_macros.hpp>

#include "support/run_bench.h"

namespace cause = store::cause;

namespace {

const base::Error kWhy{base::ErrorKind::rejected, "why", std::nullopt, {}};

}  // namespace

TEST_CASE("a name that is held leaves the order, the others stay", "[ca][design-2.2]") {
    test::RunBench bench;
    auto job = bench.job({"a.example", "b.example"});
    job.defer("b.example", cause::kDnsMissing, kWhy);
    job.drop_deferred();
    CHECK(ca::to_texts(job.names.ordered) == std::vector<std::string>{"a.example"});
    CHECK(job.alive());
}

TEST_CASE("an app without a name left fails for the first that is held but not excluded",
          "[ca][design-2.2]") {
    test::RunBench bench;
    auto job = bench.job({"out.example", "a.example", "b.example"});
    job.defer("out.example", cause::kExcluded, kWhy);
    job.defer("a.example", cause::kCaa, kWhy);
    job.defer("b.example", cause::kDnsMissing, kWhy);
    job.drop_deferred();
    REQUIRE(job.failure());
    CHECK(job.cause() == cause::kCaa);
}

TEST_CASE("an app of which all names are excluded has not failed", "[ca][design-2.2]") {
    test::RunBench bench;
    auto job = bench.job();
    job.defer("a.example", cause::kExcluded, kWhy);
    job.drop_deferred();
    CHECK_FALSE(job.failure());
    CHECK(job.has_nothing_to_do());
}

TEST_CASE("what an app failed for before is not told anew", "[ca]") {
    test::RunBench bench;
    auto job = bench.job();
    job.fail(cause::kCaUnreachable, kWhy);
    job.defer("a.example", cause::kHeldBack, kWhy);
    job.drop_deferred();
    CHECK(job.cause() == cause::kCaUnreachable);
}

TEST_CASE("a renewal has exactly the names of the certificate in place", "[ca][limits]") {
    test::RunBench bench;
    auto job = bench.job({"a.example", "b.example"});
    CHECK_FALSE(job.has_same_names());
    job.present.covered = {"b.example", "a.example"};
    CHECK(job.has_same_names());
    job.present.covered = {"a.example", "c.example"};
    CHECK_FALSE(job.has_same_names());
    job.present.covered = {"a.example", "b.example", "c.example"};
    CHECK_FALSE(job.has_same_names());
}

TEST_CASE("an app that is left to another run has failed if it had", "[ca][design-6.2]") {
    test::RunBench bench;
    auto job = bench.job();
    SECTION("it had not") {
        job.leave_to_other();
        CHECK_FALSE(job.failure());
    }
    SECTION("it had") {
        job.fail(cause::kCaa, kWhy);
        CHECK_FALSE(job.is_left_to_other());
        job.leave_to_other();
        REQUIRE(job.failure());
        CHECK(job.cause() == cause::kCaa);
    }
    CHECK(job.is_left_to_other());
    CHECK_FALSE(job.alive());
    CHECK_FALSE(job.has_nothing_to_do());
}
