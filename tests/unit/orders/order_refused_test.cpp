// What a CA refuses of an order: validations, also those of an earlier run's, and the key.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/certificate_maker.h"
#include "support/ordering.h"

using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::Ordering;
using test::problem_json;
using test::valid_order;

TEST_CASE("validations of an earlier run's order are told of before another is made",
          "[orders][kill]") {
    test::RunBench bench;
    REQUIRE(bench.store.update_state("shop", [&](store::AppState& state) {
        state.order = store::RunningOrder{at_ca("/order/1"),   at_ca("/directory"),
                                          at_ca("/account/1"), "0123abcd",
                                          {"a.example"},       test::account_key().to_pem()};
    }));
    bench.http.post(at_ca("/order/1"), 200, order_json("invalid"))
        .post(at_ca("/authz/0"), 200, authorization_json("a.example", "invalid"))
        .post(at_ca("/new-order"), 201, order_json("ready"), {{"location", at_ca("/order/2")}})
        .post(at_ca("/order/1/finalize"), 200, valid_order())
        .post(at_ca("/cert/1"), 200, std::string{test::kChain},
              {{"content-type", "application/pem-certificate-chain"}});
    auto job = bench.job();
    ca::limits::LimitCheck limits{bench.context, false};
    test::place_order(bench.context, {bench.sessions, &limits}, job);
    REQUIRE(job.alive());
    CHECK(job.issued);
    std::vector<std::string> refused;
    const auto entries = bench.store.ledger().read(bench.clock.now());
    for (const ledger::Entry& entry : entries.value()) {
        if (entry.kind == ledger::EntryKind::failure)
            refused.insert(refused.end(), entry.names.begin(), entry.names.end());
    }
    CHECK(refused == std::vector<std::string>{"a.example"});
}

TEST_CASE("an order that ended is not resumed, not even if a limit ended it",
          "[orders][rfc8555-7.1.6]") {
    Ordering ordering;
    const auto ended = [&](const std::string& path) {
        const std::string limit = R"(,"error":)" + problem_json("rateLimited", "later");
        if (path == "/new-order") {
            ordering.new_order(order_json("invalid", {"a.example"}, limit));
        } else {
            ordering.post(path, order_json("invalid", {"a.example"}, limit));
        }
        ordering.post("/authz/0", authorization_json("a.example", "valid", "valid"));
    };
    SECTION("by the next run") {
        ended("/new-order");
    }
    SECTION("if an earlier run left it behind") {
        ordering.leave_behind(Ordering::journalled());
        ended("/order/1");
        ended("/new-order");
    }
    const auto job = ordering.run();
    REQUIRE_FALSE(job.alive());
    CHECK(job.cause() == store::cause::kRateLimited);
    CHECK_FALSE(ordering.state().order);
    CHECK(ordering.http.left() == 0);
}

TEST_CASE("a key that the CA blocks gives way to a new one, once", "[orders]") {
    Ordering ordering;
    const auto blocked = test::make_key();
    const auto is_blocked = [&] {
        ordering.new_order(order_json("ready"));
        ordering.post("/order/1/finalize",
                      problem_json("badCSR",
                                   "Error finalizing order :: invalid public key in CSR: "
                                   "public key is forbidden"),
                      400);
    };
    auto job = ordering.job({"a.example"},
                            [](ca::Wanted& wanted) { wanted.options.lego.reuse_key = true; });
    ordering.host.issue(ordering.app, "a.example",
                        test::make_certificate({.common_name = "a.example"}, blocked));
    test::DokkuHost::write(
        ordering.host.environment.certs_root(ordering.app) / "current/certificates/a.example.key",
        blocked.to_pem().reveal());
    SECTION("that was used again") {
        is_blocked();
    }
    SECTION("as the order tells later") {
        ordering.new_order(order_json("processing"));
        ordering.post("/order/1",
                      order_json("invalid", {"a.example"},
                                 R"(,"error":)" + problem_json("badPublicKey", "key is blocked")));
        ordering.post("/authz/0", authorization_json("a.example", "valid", "valid"));
    }
    SECTION("of an order that an earlier run left behind") {
        auto order = Ordering::journalled();
        order.key_pem = blocked.to_pem();
        ordering.leave_behind(std::move(order));
        ordering.post("/order/1", order_json("ready"));
        ordering.post("/order/1/finalize", problem_json("badCSR", "public key is forbidden"), 400);
    }
    SECTION("and a second time that is all") {
        is_blocked();
        is_blocked();
        ordering.order(job);
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->is("badCSR"));
        CHECK(ordering.http.left() == 0);
        return;
    }
    ordering.new_order(order_json("ready"));
    ordering.post("/order/1/finalize", valid_order()).certificate();
    ordering.order(job);
    REQUIRE(job.alive());
    REQUIRE(job.issued);
    CHECK(job.key->public_jwk() != blocked.public_jwk());
    CHECK(job.key->type() == blocked.type());
    CHECK(ordering.state().order->key_pem.reveal() == job.key->to_pem().reveal());
    CHECK(ordering.http.left() == 0);
    const std::string& said = ordering.host.logged.err;
    const auto first = said.find("blocks the certificate's key");
    REQUIRE(first != std::string::npos);
    CHECK(said.find("blocks the certificate's key", first + 1) == std::string::npos);
}
