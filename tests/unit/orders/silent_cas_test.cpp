#include "orders/silent_cas.h"

#include <catch2/catch_test_macros.hpp>

#include "support/run_bench.h"

namespace {

void lose_answer(test::RunBench& bench, orders::SilentCas& silent, int times) {
    for (int i = 0; i < times; ++i) {
        auto job = bench.job();
        job.fail(acme::fail(base::ErrorKind::timeout, "no answer", ""));
        silent.note_result(job);
    }
}

bool is_refused(test::RunBench& bench, const orders::SilentCas& silent) {
    auto next = bench.job();
    silent.refuse(next);
    if (next.failure()) CHECK(next.cause() == store::cause::kCaUnreachable);
    return next.failure() != nullptr;
}

}  // namespace

TEST_CASE("a CA that left three orders without an answer is not asked again", "[orders]") {
    test::RunBench bench;
    orders::SilentCas silent;
    lose_answer(bench, silent, 2);
    CHECK_FALSE(is_refused(bench, silent));
    lose_answer(bench, silent, 1);
    CHECK(is_refused(bench, silent));
}

TEST_CASE("any answer shows that the CA is there", "[orders]") {
    test::RunBench bench;
    orders::SilentCas silent;
    lose_answer(bench, silent, 2);
    auto answered = bench.job();
    SECTION("an order that went through") {}
    SECTION("an overload page of what stands before it") {
        auto page = acme::fail(base::ErrorKind::network, "Bad Gateway", "");
        page.status = 502;
        answered.fail(std::move(page));
    }
    silent.note_result(answered);
    lose_answer(bench, silent, 2);
    CHECK_FALSE(is_refused(bench, silent));
}
