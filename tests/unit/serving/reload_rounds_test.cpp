#include "serving/reload_rounds.h"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using async::sleep_for;
using async::Task;
using serving::ReloadRounds;
using std::chrono::seconds;
using namespace std::chrono_literals;
using Doing = ReloadRounds::Doing;
using Kind = ReloadRounds::Kind;

namespace {

/// Rounds whose reload takes a second. Notes when each begins, and how many wishes it has.
struct Rounds {
    explicit Rounds(std::size_t flows)
        : rounds(loop, flows, [this](auto round) { return serve(round.size()); }) {
        for (std::size_t i = 0; i < flows; ++i)
            members.push_back(std::make_unique<ReloadRounds::Member>(rounds));
    }

    Task<void> serve(std::size_t wishes) {
        begun.emplace_back(std::chrono::duration_cast<seconds>(clock.passed()), wishes);
        co_await sleep_for(1s);
    }

    void run(std::vector<Task<void>> flows) {
        flows.push_back(rounds.work());
        loop.run(all(std::move(flows)));
    }
    static Task<void> all(std::vector<Task<void>> tasks) { co_await async::all(std::move(tasks)); }

    Task<void> end(std::size_t flow) {
        members[flow].reset();
        co_return;
    }
    /// Works for a while, then wishes for a reload, and ends with it.
    Task<void> wish_after(std::size_t flow, seconds work) {
        co_await sleep_for(work);
        ReloadRounds::Member& member = *members.at(flow);
        co_await member.wish(Kind::route_on, nullptr);
        members[flow].reset();
    }
    /// The route, an order that takes so long, the pair.
    Task<void> issue(std::size_t flow, seconds order) {
        ReloadRounds::Member& member = *members.at(flow);
        co_await member.wish(Kind::route_on, nullptr);
        {
            const ReloadRounds::Member::Scope scope{member, Doing::order};
            co_await sleep_for(order);
        }
        co_await member.wish(Kind::load, nullptr);
        members[flow].reset();
    }
    Task<void> wait_for(std::size_t flow, seconds duration) {
        {
            const ReloadRounds::Member::Scope scope{*members[flow], Doing::wait};
            co_await sleep_for(duration);
        }
        members[flow].reset();
    }

    using Begun = std::vector<std::pair<seconds, std::size_t>>;
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
    ReloadRounds rounds;
    std::vector<std::unique_ptr<ReloadRounds::Member>> members;
    Begun begun;
};

}  // namespace

TEST_CASE("a run with one flow gets each reload at once", "[serving][design-4.9]") {
    Rounds run{1};
    std::vector<Task<void>> flows;
    flows.push_back(run.issue(0, 3s));
    run.run(std::move(flows));
    CHECK(run.begun == Rounds::Begun{{0s, 1}, {4s, 1}});
}

TEST_CASE("the first round waits for all that can still join it", "[serving][design-4.9]") {
    Rounds run{4};
    std::vector<Task<void>> flows;
    flows.push_back(run.wish_after(0, 0s));
    flows.push_back(run.wish_after(1, 4s));
    flows.push_back(run.wait_for(2, 60s));  // for a lock: it cannot
    flows.push_back(run.end(3));
    run.run(std::move(flows));
    CHECK(run.begun == Rounds::Begun{{4s, 2}});
}

TEST_CASE("but at most ten seconds since its first wish", "[serving][design-4.9]") {
    Rounds run{3};
    std::vector<Task<void>> flows;
    flows.push_back(run.wish_after(0, 2s));
    flows.push_back(run.wish_after(1, 3s));
    flows.push_back(run.wish_after(2, 30s));
    run.run(std::move(flows));
    CHECK(run.begun == Rounds::Begun{{12s, 2}, {30s, 1}});
}

TEST_CASE("each later round waits while orders are under way", "[serving][design-4.9]") {
    Rounds run{3};
    std::vector<Task<void>> flows;
    for (const seconds order : {2s, 5s, 20s})
        flows.push_back(run.issue(flows.size(), order));
    run.run(std::move(flows));
    CHECK(run.begun == Rounds::Begun{{0s, 3}, {21s, 3}});
}

TEST_CASE("but at most a minute since the last reload", "[serving][design-4.9]") {
    Rounds run{3};
    std::vector<Task<void>> flows;
    for (const seconds order : {2s, 70s, 100s})
        flows.push_back(run.issue(flows.size(), order));
    run.run(std::move(flows));
    CHECK(run.begun == Rounds::Begun{{0s, 3}, {61s, 1}, {101s, 2}});
}

TEST_CASE("nor longer than there are descriptors for those that wait", "[serving][design-4.9]") {
    constexpr std::size_t kFull = 512;
    Rounds run{kFull + 10};
    std::vector<Task<void>> flows;
    for (std::size_t i = 0; i < kFull + 10; ++i)
        flows.push_back(run.issue(i, i < kFull ? 2s : 30s));
    run.run(std::move(flows));
    CHECK(run.begun == Rounds::Begun{{0s, kFull + 10}, {3s, kFull}, {31s, 10}});
}
