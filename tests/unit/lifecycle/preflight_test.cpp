#include "lifecycle/preflight.h"

#include <array>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/dns_server.h"
#include "support/run_bench.h"

using Words = std::vector<std::string>;

namespace {

/// The app's only name server has not answered to the last questions of the run.
struct Unheard : test::RunBench {
    static constexpr std::array kNames{"a.example", "b.example", "c.example", "d.example"};

    Unheard() {
        const auto silence = context.silences->of({server.address()});
        for (int question = 0; question < 3; ++question)
            silence->note_no_answer(std::chrono::steady_clock::now());
    }
    lifecycle::IssueJob looked_at(lifecycle::Origin origin) {
        auto made = job({kNames.begin(), kNames.end()});
        made.covered = {"a.example", "d.example"};
        made.settings.dns_resolvers.computed = "127.0.0.1:" + std::to_string(server.address().port);
        lifecycle::EnableWish wish;
        wish.origin = origin;
        lifecycle::check_dns(context, made, wish);
        return made;
    }

    test::DnsServer server;
};

}  // namespace

TEST_CASE("while no name server answers, what nobody asked for is not ordered for the first time",
          "[lifecycle][issue-9]") {
    Unheard bench;
    const auto job = bench.looked_at(lifecycle::Origin::scheduled);
    CHECK(lifecycle::to_texts(job.names) == Words{"a.example", "d.example"});
    CHECK(job.alive());
    REQUIRE(job.held.size() == 2);
    CHECK(job.held.front().name == "b.example");
    CHECK(job.held.front().cause == lifecycle::cause::kResolverSilent);
    // No app of the run waits for the same servers again.
    CHECK(bench.server.questions().empty());
    CHECK(bench.looked_at(lifecycle::Origin::automatic).held.size() == 2);
    CHECK(bench.looked_at(lifecycle::Origin::all).held.empty());
}

TEST_CASE("who is there to see it goes on without an answer", "[lifecycle][issue-9]") {
    Unheard bench;
    const auto job = bench.looked_at(lifecycle::Origin::typed);
    CHECK(job.names.size() == 4);
    CHECK(job.held.empty());
}
