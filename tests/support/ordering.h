#pragma once

#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "support/order_story.h"
#include "support/place_order.h"
#include "support/run_bench.h"

namespace test {

/// The scripted CA's answers to one order, and what the journal says when it is asked each of them.
struct Ordering : RunBench {
    Ordering& new_order(const std::string& order) {
        http.post(at_ca("/new-order"), 201, order, {{"location", at_ca("/order/1")}});
        return *this;
    }
    Ordering& post(const std::string& path, const std::string& body, int status = 200) {
        http.post(at_ca(path), status, body);
        return *this;
    }
    Ordering& ready_to_certificate() {
        post("/order/1", order_json("ready"));
        post("/order/1/finalize", valid_order());
        return certificate();
    }
    Ordering& certificate() {
        http.post(at_ca("/cert/1"), 200, std::string{test::kChain},
                  {{"content-type", "application/pem-certificate-chain"}});
        return *this;
    }
    /// As often as it is asked.
    Ordering& unknown(const std::string& path) {
        for (int i = 0; i < 4; ++i)
            post(path, problem_json("malformed", "no such thing"), 404);
        return *this;
    }
    Ordering& whole_order() {
        new_order(order_json("pending"));
        post("/authz/0", authorization_json("a.example"));
        post("/http/a.example", "{}");
        return ready_to_certificate();
    }

    /// What a run that was killed after newOrder leaves behind.
    static store::RunningOrder journalled() {
        return {at_ca("/order/1"), at_ca("/directory"), at_ca("/account/1"),
                "0123abcd",        {"a.example"},       test::account_key().to_pem()};
    }
    void leave_behind(store::RunningOrder order) const {
        REQUIRE(store.update_state("shop", [&](auto& state) { state.order = std::move(order); }));
    }
    void order(ca::IssueJob& job) { place_order(context, desk, job); }
    ca::IssueJob run() {
        auto ordered = job();
        order(ordered);
        return ordered;
    }

    orders::OrderDesk desk{sessions};
};

}  // namespace test
