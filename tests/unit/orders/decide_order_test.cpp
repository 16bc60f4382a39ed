#include "orders/decide_order.h"

#include <array>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "status/record_outcome.h"
#include "support/run_bench.h"

using std::chrono::hours;

namespace {

/// A certificate for two names that is due for renewal, fifteen days before its end.
struct Renewing : test::RunBench {
    /// One look of a run that was not typed, at which `b.example` fails. Is `a.example` ordered?
    bool look(std::string_view why) {
        auto renewal = job({"a.example", "b.example"});
        renewal.present.covered = {"a.example", "b.example"};
        renewal.present.covered_until = end;
        renewal.defer("b.example", why, {base::ErrorKind::rejected, "fails", std::nullopt, {}});
        renewal.drop_deferred();
        ca::Request request;
        request.origin = ca::Origin::scheduled;
        orders::decide_order(context, renewal, request);
        status::record_outcome(context, renewal);
        return renewal.alive();
    }

    base::UtcTime end = clock.now() + hours{24 * 15};
};

const base::Error kFails{base::ErrorKind::rejected, "fails", std::nullopt, {}};

/// An app with a certificate for `a.example`, of whose names one is held.
struct Deciding : test::RunBench {
    explicit Deciding(const std::vector<std::string>& domains) : asked(job(domains)) {
        asked.present.covered = {"a.example"};
        asked.present.covered_until = clock.now() + hours{24 * 15};
        request.origin = ca::Origin::scheduled;
    }
    void defer(std::string_view name, std::string_view why) {
        asked.defer(name, why, kFails);
        asked.drop_deferred();
    }
    void decide() { orders::decide_order(context, asked, request); }
    std::vector<std::string> ordered() const { return ca::to_texts(asked.names.ordered); }
    std::string_view cause_of(std::string_view name) const {
        for (const ca::DeferredName& held : asked.names.deferred) {
            if (held.name == name) return held.cause;
        }
        return "";
    }

    ca::IssueJob asked;
    ca::Request request;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("two causes by turns do not postpone the renewal of the others", "[orders][design-2.2]") {
    Renewing bench;
    const std::array causes{store::cause::kDnsMissing, store::cause::kOtherServer};
    for (std::size_t day = 0; day < 8; ++day) {
        CAPTURE(day);
        // Half of what was left of the certificate when the name stopped being good: 7.5 days.
        CHECK_FALSE(bench.look(causes.at(day % 2)));
        bench.clock.advance(hours{24});
    }
    CHECK(bench.look(causes.at(0)));
}

TEST_CASE("a CA that was down for long does not cost a name that fails afterwards",
          "[orders][design-2.2]") {
    Renewing bench;
    auto renewal = bench.job({"a.example", "b.example"});
    renewal.present.covered = {"a.example", "b.example"};
    renewal.present.covered_until = bench.end;
    renewal.fail(store::cause::kCaUnreachable,
                 {base::ErrorKind::network, "no answer", std::nullopt, {}});
    status::record_outcome(bench.context, renewal);
    bench.clock.advance(hours{24 * 9});
    CHECK_FALSE(bench.look(store::cause::kDnsMissing));
}

TEST_CASE("names that no certificate covers cost the others nothing", "[orders][design-2.2]") {
    Deciding order{{"a.example", "new.example"}};
    order.defer("new.example", store::cause::kDnsMissing);
    order.decide();
    CHECK(order.asked.alive());
    CHECK(order.ordered() == Names{"a.example"});
}

TEST_CASE("with --strict one name that is held ends the order, but no excluded one",
          "[orders][design-2.2]") {
    Deciding order{{"a.example", "new.example", "out.example"}};
    order.request.origin = ca::Origin::typed;
    order.request.strict = true;
    order.defer("out.example", store::cause::kExcluded);
    order.decide();
    CHECK(order.asked.alive());
    order.defer("new.example", store::cause::kOtherServer);
    order.decide();
    REQUIRE(order.asked.failure());
    CHECK(order.asked.cause() == store::cause::kOtherServer);
    CHECK(order.asked.failure()->error.message == "fails");
}

TEST_CASE("where no operator asked for the app no covered name is lost at once",
          "[orders][design-2.2]") {
    Deciding order{{"a.example", "b.example"}};
    order.asked.present.covered = {"a.example", "b.example"};
    order.defer("b.example", store::cause::kCaa);
    SECTION("the renewal fails for the reason of that name, and the others are held back") {
        order.request.origin =
            GENERATE(ca::Origin::all, ca::Origin::scheduled, ca::Origin::automatic);
        order.decide();
        REQUIRE(order.asked.failure());
        CHECK(order.asked.cause() == store::cause::kCaa);
        CHECK(order.ordered().empty());
        CHECK(order.cause_of("a.example") == store::cause::kHeldBack);
    }
    SECTION("who typed enable for the app wants a certificate without it") {
        order.request.origin = ca::Origin::typed;
        order.decide();
        CHECK(order.asked.alive());
        CHECK(order.ordered() == Names{"a.example"});
    }
}

TEST_CASE("an excluded name is lost as its operator wants", "[orders][design-2.2]") {
    Deciding order{{"a.example", "b.example"}};
    order.asked.present.covered = {"a.example", "b.example"};
    order.defer("b.example", store::cause::kExcluded);
    order.decide();
    CHECK(order.asked.alive());
    CHECK(order.ordered() == Names{"a.example"});
}

TEST_CASE("a certificate that would only grow waits an hour for a name that it would lose",
          "[orders][design-2.2]") {
    Deciding order{{"a.example", "b.example", "new.example"}};
    order.asked.present.covered = {"a.example", "b.example"};
    order.asked.need = ca::Need::growth;
    order.defer("b.example", store::cause::kDnsMissing);
    const bool has_lasted = GENERATE(false, true);
    const auto since = order.clock.now() - (has_lasted ? hours{1} : std::chrono::minutes{59});
    REQUIRE(order.store.update_state("shop", [&](store::AppState& state) {
        state.names.push_back(
            {"b.example", store::NameStatus::in_use, "", "", since, 1, {}, {}, {}});
        state.names.back().failing_since = since;
    }));
    order.decide();
    CHECK_FALSE(order.asked.failure());
    CHECK(order.asked.alive() == has_lasted);
    CHECK(order.asked.has_nothing_to_do() != has_lasted);
    CHECK(order.cause_of("new.example") == (has_lasted ? "" : store::cause::kHeldBack));
    CHECK(order.ordered() == (has_lasted ? Names{"a.example", "new.example"} : Names{"a.example"}));
}

TEST_CASE("nothing is ordered for exactly the names that are covered already",
          "[orders][design-2.2]") {
    Deciding order{{"a.example", "new.example"}};
    order.asked.need = GENERATE(ca::Need::growth, ca::Need::renewal);
    order.request.origin = GENERATE(ca::Origin::typed, ca::Origin::automatic);
    CHECK(orders::uncovered_names(order.asked) == Names{"new.example"});
    order.defer("new.example", store::cause::kDnsMissing);
    CHECK(orders::uncovered_names(order.asked).empty());
    order.decide();
    CHECK_FALSE(order.asked.failure());
    // A renewal is one of exactly these names, too.
    CHECK(order.asked.has_nothing_to_do() == (order.asked.need == ca::Need::growth));
}

TEST_CASE("what an earlier run had ordered is not ordered for covered names alone",
          "[orders][design-2.2][kill]") {
    Deciding order{{"a.example", "new.example"}};
    order.asked.present.has_journal = true;
    order.asked.need = ca::Need::unfinished;
    const auto left_for = [&](const Names& names) {
        REQUIRE(order.store.update_state("shop", [&](store::AppState& state) {
            state.order = store::RunningOrder{test::at_ca("/order/1"),
                                              test::at_ca("/directory"),
                                              test::at_ca("/account/1"),
                                              "0123abcd",
                                              names,
                                              test::account_key().to_pem()};
        }));
    };
    SECTION("the name that it was for is held now") {
        left_for({"a.example", "new.example"});
        order.defer("new.example", store::cause::kDnsMissing);
        order.decide();
        CHECK(order.asked.has_nothing_to_do());
    }
    SECTION("but it is gone on with") {
        left_for({"a.example"});
        order.defer("new.example", store::cause::kDnsMissing);
        order.decide();
        CHECK_FALSE(order.asked.has_nothing_to_do());
    }
    SECTION("and a new name is ordered") {
        left_for({"a.example", "new.example"});
        order.decide();
        CHECK_FALSE(order.asked.has_nothing_to_do());
    }
}

TEST_CASE("names that the CA refused leave the order, and their causes stay with them",
          "[orders][design-2.2]") {
    Deciding order{{"a.example", "bad.example"}};
    order.request.origin = ca::Origin::typed;
    const std::string error = "urn:ietf:params:acme:error:";
    acme::Failure failure = acme::fail(base::ErrorKind::rejected, "refused", "https://ca.test/");
    failure.request = acme::RequestKind::new_order;
    failure.problem = acme::Problem{};
    failure.problem->type = error + "rejectedIdentifier";
    const auto part = [&](const std::string& name) {
        return acme::Subproblem{error + "rejectedIdentifier", "policy forbids it",
                                acme::Identifier{"dns", name}};
    };
    failure.problem->subproblems = {part("bad.example")};
    SECTION("the others are ordered once more") {
        order.asked.fail(failure);
        CHECK(orders::drop_rejected_names(order.context, order.asked, order.request));
        CHECK(order.ordered() == Names{"a.example"});
        CHECK(order.cause_of("bad.example") == store::cause::kBadName);
        CHECK_FALSE(order.asked.failure());
    }
    SECTION("none is left: the order has failed") {
        failure.problem->subproblems.push_back(part("a.example"));
        order.asked.fail(failure);
        CHECK_FALSE(orders::drop_rejected_names(order.context, order.asked, order.request));
        REQUIRE(order.asked.failure());
        CHECK(order.asked.cause() == store::cause::kBadName);
    }
    SECTION("all or none") {
        order.request.strict = true;
        order.asked.fail(failure);
        CHECK_FALSE(orders::drop_rejected_names(order.context, order.asked, order.request));
        CHECK(order.ordered() == Names{"a.example", "bad.example"});
    }
    SECTION("what is of no name is no reason to order again") {
        failure.problem->subproblems.clear();
        failure.problem->type = error + "serverInternal";
        order.asked.fail(failure);
        CHECK_FALSE(orders::drop_rejected_names(order.context, order.asked, order.request));
        CHECK(order.asked.failure());
    }
}
