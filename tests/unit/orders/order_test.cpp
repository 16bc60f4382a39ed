#include "orders/order.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "json/value.h"
#include "support/certificate_maker.h"
#include "support/meanwhile_http.h"
#include "support/ordering.h"

using Catch::Matchers::ContainsSubstring;
using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::Ordering;
using test::problem_json;
using test::valid_order;

namespace {

/// Looks at the journal whenever the CA is asked something.
class Watched final : public test::InstantHttp {
  public:
    Watched(test::InstantHttp& inner, const store::LocalStore& store)
        : inner_(inner), store_(store) {}

    base::Result<http::Response> reply(const http::Request& request) override {
        const auto state = store_.read_state("shop");
        if (request.url.ends_with("/finalize")) at_finalize = state->order->url;
        if (request.url.ends_with("/finalize")) key_at_finalize = state->order->key_pem.clone();
        return inner_.reply(request);
    }

    std::string at_finalize;
    base::Secret key_at_finalize;

  private:
    test::InstantHttp& inner_;
    const store::LocalStore& store_;
};

async::Task<void> run_all(std::vector<async::Task<void>> tasks) {
    co_await async::all(std::move(tasks));
}

}  // namespace

TEST_CASE("a job that was ordered has its certificate and key", "[orders][rfc8555-7.4]") {
    Ordering ordering;
    ordering.whole_order();
    const auto job = ordering.run();
    REQUIRE(job.alive());
    REQUIRE(job.issued);
    CHECK(job.issued->chain_pem == test::kChain);
    CHECK(job.key);
    CHECK(ordering.http.left() == 0);
    CHECK(ordering.http.sent().size() == 6);
    CHECK_THAT(ordering.host.logged.out, ContainsSubstring("validate 1 name(s)"));
}

TEST_CASE("order and key are journalled before the order is finalized",
          "[orders][design-4.7][kill]") {
    Ordering ordering;
    ordering.whole_order();
    auto job = ordering.job();
    Watched watched{ordering.http, ordering.store};
    ca::Context context = ordering.with(watched);
    ca::CaSession ca{context, test::account_key_copy(), test::Bench::directory()};
    ca.client().use_account(at_ca("/account/1"));
    ca.client().nonces().add("nonce0");
    job.ca.session = &ca;
    test::place_order(context, ordering.desk, job);
    REQUIRE(job.alive());
    CHECK(watched.at_finalize == at_ca("/order/1"));
    CHECK(watched.key_at_finalize.reveal() == job.key->to_pem().reveal());
    const auto order = ordering.state().order;
    REQUIRE(order);
    CHECK(order->account_url == at_ca("/account/1"));
    CHECK(order->directory_url == at_ca("/directory"));
    CHECK(order->hash == "0123abcd");
    CHECK(order->names == std::vector<std::string>{"a.example"});
}

TEST_CASE("the order that a killed run left behind is taken up with its key", "[orders][kill]") {
    Ordering ordering;
    ordering.leave_behind(Ordering::journalled());
    ordering.ready_to_certificate();
    const auto job = ordering.run();
    REQUIRE(job.alive());
    CHECK(job.issued);
    CHECK(job.key->public_jwk() == test::account_key().public_jwk());
    CHECK(ordering.http.sent().at(0).request.url == at_ca("/order/1"));
    CHECK_THAT(ordering.host.logged.out, ContainsSubstring("Resuming the order"));
}

TEST_CASE("a journalled order for something else is not taken up", "[orders][kill]") {
    Ordering ordering;
    auto order = Ordering::journalled();
    SECTION("of another configuration") {
        order.hash = "other";
    }
    SECTION("for other names") {
        order.names = {"a.example", "b.example"};
    }
    SECTION("at another CA") {
        order.directory_url = "https://other.example/directory";
    }
    SECTION("of another account") {
        order.account_url = at_ca("/account/2");
    }
    SECTION("whose key cannot be read") {
        order.key_pem = base::Secret{"no key"};
    }
    SECTION("that the CA never heard of") {
        order.url.clear();
        order.account_url.clear();
        order.key_pem = base::Secret{};
    }
    ordering.leave_behind(std::move(order));
    ordering.whole_order();
    const auto job = ordering.run();
    REQUIRE(job.alive());
    CHECK(job.key->public_jwk() != test::account_key().public_jwk());
    CHECK(ordering.state().order->key_pem.reveal() == job.key->to_pem().reveal());
}

TEST_CASE("an order that the CA has lost or refused is made anew, once", "[orders][kill]") {
    Ordering ordering;
    ordering.leave_behind(Ordering::journalled());
    ordering.unknown("/order/1");
    SECTION("and works") {
        ordering.whole_order();
        const auto job = ordering.run();
        REQUIRE(job.alive());
        CHECK(job.key->public_jwk() != test::account_key().public_jwk());
    }
    SECTION("and is refused as well") {
        ordering.http.post(at_ca("/new-order"), 403, problem_json("rejectedIdentifier", "no"));
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->is("rejectedIdentifier"));
        CHECK_FALSE(ordering.state().order);
    }
    CHECK(ordering.http.left() == 0);
}

TEST_CASE("an order of an earlier run that never ends is made anew", "[orders][kill]") {
    Ordering ordering;
    constexpr int kPolls = 66;  // five minutes, at pauses that grow to five seconds
    const auto is_polled = [&] {
        for (int i = 0; i < kPolls; ++i)
            ordering.post("/order/1", order_json("processing"));
    };
    SECTION("for it would be resumed for ever") {
        auto order = Ordering::journalled();
        // An older release did not write down when.
        if (GENERATE(true, false)) order.ordered = ordering.clock.now() - std::chrono::hours{25};
        ordering.leave_behind(std::move(order));
        is_polled();
        ordering.whole_order();
        const auto job = ordering.run();
        REQUIRE(job.alive());
        CHECK(job.key->public_jwk() != test::account_key().public_jwk());
        CHECK(ordering.http.left() == 0);
    }
    SECTION("but not while the CA says that it issues, for a day") {
        auto order = Ordering::journalled();
        order.ordered = ordering.clock.now() - std::chrono::hours{23};
        ordering.leave_behind(std::move(order));
        is_polled();
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::timeout);
        REQUIRE(ordering.state().order);
        CHECK(ordering.state().order->url == at_ca("/order/1"));
        CHECK(ordering.http.left() == 0);
    }
    SECTION("but not if the CA asks for patience") {
        auto order = Ordering::journalled();
        order.ordered = ordering.clock.now() - std::chrono::hours{25};
        ordering.leave_behind(std::move(order));
        ordering.http.post(at_ca("/order/1"), 200, order_json("processing"),
                           {{"retry-after", "3600"}});
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::timeout);
        REQUIRE(ordering.state().order);
        CHECK(ordering.state().order->url == at_ca("/order/1"));
    }
    SECTION("nor while it asks for that, for a week") {
        auto order = Ordering::journalled();
        const bool is_old = GENERATE(true, false);
        if (!is_old || GENERATE(true, false)) {
            order.ordered = ordering.clock.now() - std::chrono::hours{24 * 7 + (is_old ? 1 : -1)};
        }
        ordering.leave_behind(std::move(order));
        ordering.http.post(at_ca("/order/1"), 200, order_json("processing"),
                           {{"retry-after", "600"}});
        if (is_old) ordering.whole_order();
        CHECK(ordering.run().alive() == is_old);
        CHECK(ordering.http.left() == 0);
    }
}

TEST_CASE("what the network did says nothing about the order: it stays journalled",
          "[orders][kill]") {
    Ordering ordering;
    SECTION("of this run") {
        ordering.new_order(order_json("ready"));
        ordering.http.post(at_ca("/order/1/finalize"), 429, problem_json("rateLimited", "later"),
                           {{"retry-after", "3600"}});
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::rate_limited);
    }
    SECTION("of an earlier run") {
        ordering.leave_behind(Ordering::journalled());
        for (int i = 0; i < 4; ++i) {
            ordering.http.lose(http::Method::post, at_ca("/order/1"));
            if (i < 3) ordering.http.answer(http::Method::head, at_ca("/new-nonce"), 200, "");
        }
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::network);
    }
    SECTION("even if it came with the order itself") {
        // The CA asks for more patience than we have, in the answer to newOrder.
        ordering.http.post(at_ca("/new-order"), 201, order_json("processing"),
                           {{"location", at_ca("/order/1")}, {"retry-after", "3600"}});
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::timeout);
    }
    SECTION("nor does what is no ACME") {
        ordering.new_order(order_json("processing"));
        ordering.http.post(at_ca("/order/1"), 200, "<html>A login page</html>",
                           {{"content-type", "text/html"}});
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::protocol);
    }
    SECTION("nor does that for the next run") {
        auto left = Ordering::journalled();
        left.ordered = ordering.clock.now() - std::chrono::hours{23};
        ordering.leave_behind(std::move(left));
        ordering.post("/order/1", "{}");
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->error.kind == base::ErrorKind::protocol);
    }
    SECTION("nor does a server that gives no nonce") {
        auto left = Ordering::journalled();
        left.ordered = ordering.clock.now() - std::chrono::hours{23};
        ordering.leave_behind(std::move(left));
        ordering.http.lose(http::Method::post, at_ca("/order/1"));
        ordering.http.answer(http::Method::head, at_ca("/new-nonce"), 403, "");
        const auto job = ordering.run();
        REQUIRE_FALSE(job.alive());
        CHECK(job.failure()->status == 403);
    }
    CHECK(ordering.http.left() == 0);
    REQUIRE(ordering.state().order);
    CHECK(ordering.state().order->url == at_ca("/order/1"));
    CHECK_FALSE(ordering.state().order->key_pem.empty());
}

TEST_CASE("an order of which only nonsense was told for a day is made anew", "[orders][kill]") {
    Ordering ordering;
    auto left = Ordering::journalled();
    left.ordered = ordering.clock.now() - std::chrono::hours{25};
    ordering.leave_behind(std::move(left));
    ordering.post("/order/1", "{}").whole_order();
    const auto job = ordering.run();
    REQUIRE(job.alive());
    CHECK(ordering.http.left() == 0);
}

TEST_CASE("an order that the CA does not know is asked for by the next run as well",
          "[orders][kill]") {
    Ordering ordering;
    ordering.new_order(order_json("processing"));
    ordering.unknown("/order/1");
    REQUIRE_FALSE(ordering.run().alive());
    REQUIRE(ordering.state().order);
    ordering.post("/order/1", valid_order()).certificate();
    const auto job = ordering.run();
    REQUIRE(job.alive());
    CHECK(job.issued);
    CHECK(ordering.http.left() == 0);
}

TEST_CASE("an order that the CA refuses leaves no journal", "[orders][rfc8555-7.1.6]") {
    Ordering ordering;
    ordering.new_order(order_json("pending"));
    ordering.post("/authz/0", authorization_json("a.example"));
    ordering.post("/http/a.example", "{}");
    ordering.post("/order/1", order_json("invalid"));
    ordering.post("/authz/0", authorization_json("a.example", "invalid", "invalid",
                                                 R"(,"error":)" + problem_json("dns", "NXDOMAIN")));
    const auto job = ordering.run();
    REQUIRE_FALSE(job.alive());
    CHECK(job.failure()->error.kind == base::ErrorKind::rejected);
    CHECK_FALSE(job.issued);
    CHECK_FALSE(ordering.state().order);
}

TEST_CASE("a state that cannot be read stops the order before the CA is asked", "[orders]") {
    Ordering ordering;
    test::DokkuHost::write(ordering.host.environment.global_root() / "state" / "shop.json",
                           R"({"form":99})");
    const auto job = ordering.run();
    REQUIRE_FALSE(job.alive());
    CHECK(job.failure()->error.kind == base::ErrorKind::invalid_input);
    CHECK(ordering.http.sent().empty());
}

TEST_CASE("a job that failed before is not ordered", "[orders]") {
    Ordering ordering;
    auto job = ordering.job();
    job.fail(store::cause::kPathShadowed, {base::ErrorKind::io, "the route is not served", {}, {}});
    ordering.order(job);
    CHECK(job.failure()->error.message == "the route is not served");
    CHECK(ordering.http.sent().empty());
}

TEST_CASE("while one order waits for the CA, another goes on", "[orders][design-4.7]") {
    Ordering ordering;
    const auto other = ordering.host.add_app("other");
    auto first = ordering.job();
    auto second = ordering.job_of(other, {"a.example"});
    const auto order = [&](int status_of_first) {
        ordering.http.post(at_ca("/new-order"), status_of_first, order_json("processing"),
                           {{"location", at_ca("/order/1")}, {"retry-after", "5"}});
    };
    order(201);
    ordering.http.post(at_ca("/new-order"), 403, problem_json("rejectedIdentifier", "no"));
    ordering.ready_to_certificate();
    second.hold.seen = base::Folder::open(ordering.host.environment.app_root(other)).value();
    std::vector<async::Task<void>> both;
    for (ca::IssueJob* job : {&first, &second}) {
        test::claim(ordering.context, *job);
        both.push_back(test::ordering(ordering.context, ordering.desk, *job));
    }
    ordering.context.loop.run(run_all(std::move(both)));
    CHECK(first.alive());
    CHECK_FALSE(second.alive());
    CHECK(ordering.http.sent().at(1).request.url == at_ca("/new-order"));
    CHECK(ordering.clock.passed() == std::chrono::seconds{5});
}

TEST_CASE("an order is given up once its app is another", "[orders]") {
    Ordering ordering;
    ordering.new_order(order_json("pending"));
    test::MeanwhileHttp http{ordering.http, at_ca("/new-order"), [&] {
                                 REQUIRE(ordering.store.update_state(
                                     "shop", [](auto& state) { state.switched_off = true; }));
                             }};
    auto job = ordering.job();
    ca::Context context = ordering.with(http);
    ca::CaSession ca{context, test::account_key_copy(), test::Bench::directory()};
    ca.client().use_account(at_ca("/account/1"));
    ca.client().nonces().add("nonce0");
    job.ca.session = &ca;
    test::place_order(context, ordering.desk, job);
    CHECK_FALSE(job.issued);
    CHECK_FALSE(job.failure());
    CHECK(ordering.http.sent().size() == 1);
}
