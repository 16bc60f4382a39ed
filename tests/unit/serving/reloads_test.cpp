#include "serving/reloads.h"

#include <optional>
#include <stdexcept>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "support/fake_nginx.h"
#include "support/instant_http.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;

namespace {

class ThrowingHttp final : public test::InstantHttp {
  public:
    base::Result<http::Response> reply(const http::Request& /*request*/) override {
        throw std::runtime_error{"no memory left"};
    }
};

async::Task<void> wish_and_end(std::optional<serving::ReloadRounds::Member>& member,
                               ca::IssueJob& job) {
    co_await serving::Reloads::switch_route_on(*member, job);
    member.reset();
}

async::Task<void> all(std::vector<async::Task<void>> tasks) {
    co_await async::all(std::move(tasks));
}

}  // namespace

TEST_CASE("what a round throws fails its flows, and none waits for ever", "[serving][design-4.9]") {
    test::RunBench bench;
    const test::FakeHostPrograms programs{bench.host};
    ca::IssueJob job = bench.job();
    ThrowingHttp throwing;
    ca::Context context{
        bench.host.environment, bench.store,       bench.log, bench.http, bench.clock,
        bench.simulated,        bench.context.dns, throwing,  bench.probe};
    serving::Reloads reloads{context, 1};
    std::optional<serving::ReloadRounds::Member> member{std::in_place, reloads.rounds()};
    std::vector<async::Task<void>> tasks;
    tasks.push_back(wish_and_end(member, job));
    tasks.push_back(reloads.rounds().work());
    bench.simulated.run(all(std::move(tasks)));
    CHECK(job.cause() == store::cause::kHost);
    REQUIRE(job.failure());
    CHECK(job.failure()->error.message == "no memory left");
    CHECK_THAT(bench.host.logged.err, ContainsSubstring("nginx was not reloaded: no memory left"));
}
