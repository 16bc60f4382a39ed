#include "orders/progress.h"

#include <catch2/catch_test_macros.hpp>

#include "support/certificate_maker.h"
#include "support/run_bench.h"

using orders::describe_end;

TEST_CASE("what has become of an app in a long run", "[orders]") {
    test::RunBench bench;
    auto job = bench.job();
    SECTION("nothing was due") {
        job.end_without_order();
        CHECK(describe_end(job) == "shop: nothing to do");
    }
    SECTION("another run has it now") {
        job.leave_to_other();
        CHECK(describe_end(job) == "shop: nothing to do");
    }
    SECTION("it got none") {
        job.fail(store::cause::kClock, {base::ErrorKind::rejected, "", std::nullopt, {}});
        CHECK(describe_end(job) == "shop failed: clock");
    }
    SECTION("it got one") {
        const test::CertificateSpec spec{.common_name = "a.example", .names = {"a.example"}};
        job.issued.emplace().chain_pem = test::make_certificate(spec, test::make_key());
        CHECK(describe_end(job).starts_with("shop issued, valid until "));
        job.present.fingerprint = "of the one before";
        CHECK(describe_end(job).starts_with("shop renewed, valid until "));
    }
}

TEST_CASE("the count is for a person who watches", "[orders]") {
    CHECK(orders::count_of(7, 200, true) == "[  7/200] ");
    CHECK(orders::count_of(200, 200, true) == "[200/200] ");
    CHECK(orders::count_of(7, 200, false).empty());
}
