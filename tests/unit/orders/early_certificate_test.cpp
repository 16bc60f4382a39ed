#include "orders/early_certificate.h"

#include <chrono>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/certificate_maker.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// The CA has issued what begins at that distance from this host's clock.
struct Issued : test::RunBench {
    explicit Issued(std::chrono::seconds begins) {
        ready.key = test::make_key();
        const base::UtcTime from = clock.now() + begins;
        ready.issued =
            acme::IssuedCertificate{test::make_certificate({.common_name = "a.example",
                                                            .names = {"a.example"},
                                                            .not_before = from,
                                                            .not_after = from + hours{24 * 90}},
                                                           *ready.key),
                                    "https://ca.example/cert/1",
                                    {}};
        REQUIRE(store.update_state("shop", [&](store::AppState& state) {
            state.order = store::RunningOrder{
                test::at_ca("/order/1"), ready.ca.server, test::at_ca("/account/1"),
                ready.wanted().hash,     {"a.example"},   ready.key->to_pem()};
        }));
    }

    bool use(ca::IssueJob& later) {
        renewal::CaInquiries inquiries{context};
        return context.loop.run(orders::use_early_certificate(inquiries, later));
    }

    ca::IssueJob ready = job();
};

}  // namespace

TEST_CASE("a certificate that is valid, or nearly, is installed at once", "[orders]") {
    for (const minutes begins : {minutes{-60}, minutes{0}, minutes{60}}) {
        const Issued issued{begins};
        CHECK_FALSE(orders::installable_from(issued.context, issued.ready));
    }
}

TEST_CASE("one that is not valid yet is kept with its key until it is", "[orders]") {
    Issued issued{minutes{61}};
    const std::string chain = issued.ready.issued->chain_pem;
    const std::string key{issued.ready.key->to_pem().reveal()};
    const auto from = orders::installable_from(issued.context, issued.ready);
    CHECK(from == issued.clock.now() + minutes{1});
    REQUIRE(orders::keep_until(issued.context, issued.ready, *from));
    CHECK(issued.ready.cause() == store::cause::kClock);
    REQUIRE(issued.ready.failure());
    CHECK(issued.ready.failure()->error.retry_at == from);
    // `protocol` would end the journal (lifecycle/finish.cpp).
    CHECK(issued.ready.failure()->error.kind != base::ErrorKind::protocol);
    CHECK_THAT(issued.ready.failure()->error.message, ContainsSubstring("is kept"));
    REQUIRE(issued.state().order);
    CHECK(issued.state().order->chain_pem == chain);

    auto later = issued.job();
    REQUIRE(issued.use(later));
    CHECK(later.issued->chain_pem == chain);
    CHECK(later.issued->url == "https://ca.example/cert/1");
    CHECK(later.key->to_pem().reveal() == key);
    CHECK(issued.http.sent().empty());
    issued.clock.advance(minutes{1});
    CHECK_FALSE(orders::installable_from(issued.context, later));
}

TEST_CASE("one that its CA has revoked meanwhile is dropped", "[orders]") {
    Issued issued{minutes{61}};
    const auto leaf = crypto::Certificate::parse_pem(issued.ready.issued->chain_pem);
    REQUIRE(orders::keep_until(issued.context, issued.ready, issued.clock.now()));
    REQUIRE(issued.store.update_state(
        "shop", [&](store::AppState& state) { state.revoked = leaf->fingerprint(); }));
    issued.clock.advance(minutes{2});
    auto later = issued.job();
    CHECK_FALSE(issued.use(later));
    CHECK_FALSE(later.issued);
    CHECK_FALSE(later.key);
    REQUIRE(issued.state().order);  // the app is at work all the same
    CHECK(issued.state().order->url.empty());
    CHECK(issued.state().order->chain_pem.empty());
}

TEST_CASE("a certificate that was kept for something else is not taken up", "[orders]") {
    Issued issued{minutes{61}};
    auto none = issued.job();
    CHECK_FALSE(issued.use(none));  // an order alone
    REQUIRE(orders::keep_until(issued.context, issued.ready, issued.clock.now()));
    auto others = issued.job({"a.example", "b.example"});
    CHECK_FALSE(issued.use(others));
    auto changed = issued.job({"a.example"}, [](ca::Wanted& wanted) { wanted.hash = "4567cdef"; });
    CHECK_FALSE(issued.use(changed));
    auto elsewhere = issued.job();
    elsewhere.ca.server = "https://other.example/directory";
    CHECK_FALSE(issued.use(elsewhere));
    CHECK_FALSE(others.issued);
}
