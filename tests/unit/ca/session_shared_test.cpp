// Flows that want the same session at once.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/sleep.h"
#include "ca/session.h"
#include "support/opening.h"
#include "support/order_story.h"

using test::at_ca;
using test::kAccount;
using test::Opening;
using test::problem_json;

namespace {

constexpr std::chrono::milliseconds kAnswer{50};

using Session = acme::Outcome<ca::CaSession*>;

template <class T>
async::Task<std::vector<T>> side_by_side(std::vector<async::Task<T>> tasks) {
    auto results = co_await async::all(std::move(tasks));
    co_return results;
}

async::Task<bool> opens_within(ca::CaSessions& sessions, const settings::Settings& settings,
                               std::chrono::milliseconds patience) {
    const ca::LegoOptions options;
    auto opening = sessions.open(ca::set_ca(settings, options), settings, options);
    const auto end = co_await async::with_deadline(std::move(opening), patience);
    co_return end.has_value();
}

/// A CA of which every answer takes 50 ms of the loop's time.
class Slow final : public http::Client {
  public:
    explicit Slow(test::InstantHttp& inner) : inner_(inner) {}

    async::Task<base::Result<http::Response>> send(http::Request request) override {
        co_await async::sleep_for(kAnswer);
        co_return inner_.reply(request);
    }

  private:
    test::InstantHttp& inner_;
};

struct SlowOpening : Opening {
    /// The directory is on disk, and not old.
    void know_directory() {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        clock.advance(now - clock.now());
        REQUIRE(store.write_directory(at_ca("/directory"), test::directory_json()));
    }

    Slow slow{http};
    ca::Context slow_context = with(slow);
    ca::CaSessions slow_sessions{slow_context};
    settings::Settings wanted = settings();
    ca::LegoOptions options;
};

}  // namespace

TEST_CASE("flows that want a session at once have one account made", "[ca][design-4.4]") {
    SlowOpening opening;
    opening.fetch_directory().nonce().new_account(201, kAccount);
    std::vector<async::Task<Session>> flows;
    flows.reserve(3);
    for (int i = 0; i < 3; ++i)
        flows.push_back(opening.slow_sessions.open(ca::set_ca(opening.wanted, opening.options),
                                                   opening.wanted, opening.options));
    const auto opened = opening.run(side_by_side(std::move(flows)));
    REQUIRE(opened[0]);
    CHECK(*opened[0] == *opened[1]);
    CHECK(*opened[0] == *opened[2]);
    CHECK(opening.http.left() == 0);
}

TEST_CASE("flows that want a session at once get the same failure", "[ca][design-4.4]") {
    SlowOpening opening;
    opening.fetch_directory().nonce();
    opening.http.post(at_ca("/new-account"), 403, problem_json("unauthorized", "no"));
    std::vector<async::Task<Session>> flows;
    flows.reserve(2);
    for (int i = 0; i < 2; ++i)
        flows.push_back(opening.slow_sessions.open(ca::set_ca(opening.wanted, opening.options),
                                                   opening.wanted, opening.options));
    for (const Session& session : opening.run(side_by_side(std::move(flows)))) {
        REQUIRE_FALSE(session);
        CHECK(session.error().is("unauthorized"));
    }
    CHECK(opening.slow_sessions.was_account_refused(opening.wanted.server.computed,
                                                    opening.wanted.account_email()));
}

TEST_CASE("a flow that is cancelled while it opens a session leaves that to the next", "[ca]") {
    SlowOpening opening;
    opening.know_directory();
    const bool opened = opening.run(
        opens_within(opening.slow_sessions, opening.wanted, std::chrono::milliseconds{30}));
    CHECK_FALSE(opened);
    opening.nonce().new_account(200, kAccount);
    CHECK(opening.run(opening.slow_sessions.open(ca::set_ca(opening.wanted, opening.options),
                                                 opening.wanted, opening.options)));
    CHECK(opening.http.last().payload == R"({"onlyReturnExisting":true})");  // its key was kept
}

TEST_CASE("flows with other addresses wait for the accounts of each other", "[ca]") {
    SlowOpening opening;
    opening.know_directory();
    auto other = test::RunBench::settings("you@x.test");
    std::vector<async::Task<Session>> flows;
    for (const settings::Settings* settings : {&opening.wanted, &other}) {
        opening.nonce().new_account(201, kAccount);
        flows.push_back(opening.slow_sessions.open(ca::set_ca(*settings, opening.options),
                                                   *settings, opening.options));
    }
    const auto began = opening.clock.passed();
    for (const Session& session : opening.run(side_by_side(std::move(flows))))
        CHECK(session);
    CHECK(opening.clock.passed() - began == 4 * kAnswer);
}

TEST_CASE("flows whose account the CA has lost have it registered once, all of them",
          "[ca][design-4.4]") {
    SlowOpening opening;
    opening.store_account(R"({"body":{"status":"valid"},"uri":"https://ca.example/account/5"})");
    opening.fetch_directory();
    REQUIRE(opening.run(opening.slow_sessions.open(ca::set_ca(opening.wanted, opening.options),
                                                   opening.wanted, opening.options)));
    opening.nonce().new_account(200, kAccount);
    std::vector<async::Task<acme::Outcome<void>>> flows;
    flows.reserve(2);
    for (int i = 0; i < 2; ++i)
        flows.push_back(opening.slow_sessions.recover(ca::set_ca(opening.wanted, opening.options),
                                                      opening.wanted, opening.options));
    for (const auto& recovered : opening.run(side_by_side(std::move(flows))))
        CHECK(recovered);
    CHECK(opening.http.left() == 0);
    CHECK_FALSE(opening.run(opening.slow_sessions.recover(
        ca::set_ca(opening.wanted, opening.options), opening.wanted, opening.options)));
}
