#include "orders/decide_order.h"

#include <array>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "status/record_outcome.h"
#include "support/run_bench.h"

using std::chrono::hours;

namespace {

/// A certificate for two names that is due for renewal, fifteen days before its end.
struct Renewing : test::RunBench {
    /// One look of a run that was not typed, at which `b.example` fails. Is `a.example` ordered?
    bool look(std::string_view why) {
        auto renewal = job({"a.example", "b.example"});
        renewal.covered = {"a.example", "b.example"};
        renewal.covered_until = end;
        renewal.hold("b.example", why, {base::ErrorKind::rejected, "fails", std::nullopt, {}});
        renewal.drop_held();
        ca::Request request;
        request.origin = ca::Origin::scheduled;
        orders::decide_order(context, renewal, request);
        status::record_outcome(context, renewal);
        return renewal.alive();
    }

    base::UtcTime end = clock.now() + hours{24 * 15};
};

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
    renewal.covered = {"a.example", "b.example"};
    renewal.covered_until = bench.end;
    renewal.fail(store::cause::kCaUnreachable,
                 {base::ErrorKind::network, "no answer", std::nullopt, {}});
    status::record_outcome(bench.context, renewal);
    bench.clock.advance(hours{24 * 9});
    CHECK_FALSE(bench.look(store::cause::kDnsMissing));
}
