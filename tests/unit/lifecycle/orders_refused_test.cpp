// Validations that an order spends in vain, also one of an earlier run.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "lifecycle/orders.h"
#include "support/order_story.h"
#include "support/run_bench.h"

using test::at_ca;
using test::authorization_json;
using test::order_json;

TEST_CASE("validations of an earlier run's order are told of before another is made",
          "[lifecycle][kill]") {
    test::RunBench bench;
    REQUIRE(bench.store.update_state("shop", [&](store::AppState& state) {
        state.order = store::RunningOrder{at_ca("/order/1"),   at_ca("/directory"),
                                          at_ca("/account/1"), "0123abcd",
                                          {"a.example"},       test::account_key().to_pem()};
    }));
    bench.http.post(at_ca("/order/1"), 200, order_json("invalid"))
        .post(at_ca("/authz/0"), 200, authorization_json("a.example", "invalid"))
        .post(at_ca("/new-order"), 201, order_json("ready"), {{"location", at_ca("/order/2")}})
        .post(at_ca("/order/1/finalize"), 200, test::valid_order())
        .post(at_ca("/cert/1"), 200, std::string{test::kChain},
              {{"content-type", "application/pem-certificate-chain"}});
    auto job = bench.job();
    std::vector<std::string> refused;
    lifecycle::OrderRun run;
    run.refused = [&](const auto&, const acme::Failure& failure) {
        for (const acme::Identifier& name : failure.invalid)
            refused.push_back(name.value);
    };
    lifecycle::run_orders(bench.context, bench.sessions, {&job}, run);
    REQUIRE(job.alive());
    CHECK(job.issued);
    CHECK(refused == std::vector<std::string>{"a.example"});
}
