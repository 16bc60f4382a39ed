#include "ca/clock.h"

#include <chrono>
#include <ctime>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/place_order.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::string http_date(base::UtcTime at) {
    const auto time = static_cast<std::time_t>(base::to_unix(at));
    std::tm fields{};
    ::gmtime_r(&time, &fields);
    std::string text(64, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields));
    return text;
}

/// A client whose CA has told its time: this host's clock is `ahead` of it.
struct Told : test::Bench {
    explicit Told(seconds ahead, const test::ScriptedHttp::Headers& more = {}) {
        test::ScriptedHttp::Headers headers{{"replay-nonce", "nonce1"},
                                            {"date", http_date(clock.now() - ahead)}};
        headers.insert(headers.end(), more.begin(), more.end());
        http.answer(http::Method::head, test::at_ca("/new-nonce"), 200, "", headers);
        run(client.ask_time());
    }
};

}  // namespace

TEST_CASE("a clock near the CA's is not spoken of", "[ca]") {
    for (const seconds ahead : {seconds{0}, seconds{minutes{5}}, seconds{minutes{-5}}}) {
        const Told told{ahead};
        CHECK(told.client.clock_ahead() == ahead);
        CHECK_FALSE(ca::warn_of_clock(told.client));
        CHECK_FALSE(ca::refuse_wrong_clock(told.client));
    }
}

TEST_CASE("a clock that is some minutes off is warned of", "[ca]") {
    const Told behind{minutes{-10}};
    REQUIRE(ca::warn_of_clock(behind.client));
    CHECK_THAT(*ca::warn_of_clock(behind.client),
               ContainsSubstring("10 minutes behind that of ca.example"));
    const Told ahead{minutes{50}};
    CHECK_THAT(*ca::warn_of_clock(ahead.client),
               ContainsSubstring("50 minutes ahead of that of ca.example"));
    CHECK_FALSE(ca::refuse_wrong_clock(ahead.client));
}

TEST_CASE("with a clock that is an hour off nothing is ordered", "[ca]") {
    for (const minutes ahead : {minutes{-61}, minutes{61}, minutes{-60 * 24 * 365}}) {
        const Told told{ahead};
        const auto wrong = ca::refuse_wrong_clock(told.client);
        REQUIRE(wrong);
        CHECK_THAT(wrong->message, ContainsSubstring("clock"));
        CHECK_FALSE(ca::warn_of_clock(told.client));
    }
}

TEST_CASE("what a cache kept tells no time", "[ca]") {
    CHECK_FALSE(Told(minutes{-61}, {{"age", "3660"}}).client.clock_ahead());
    test::Bench silent;
    silent.http.lose(http::Method::head, test::at_ca("/new-nonce"));
    silent.http.lose(http::Method::head, test::at_ca("/new-nonce"));
    silent.run(silent.client.ask_time());
    silent.run(silent.client.ask_time());  // asked once, which is again where an answer was lost
    CHECK(silent.client.silence());
    CHECK(silent.http.left() == 0);
    CHECK_FALSE(silent.client.clock_ahead());
    CHECK_FALSE(ca::refuse_wrong_clock(silent.client));
}

TEST_CASE("the nonce that told the time is not wasted", "[ca]") {
    Told told{seconds{0}};
    told.http.post(test::at_ca("/a"), 200, "{}");
    REQUIRE(told.run(told.client.post(test::at_ca("/a"), "{}")));
    CHECK(told.http.last().protected_member("nonce") == "nonce1");
}

TEST_CASE("a run with a wrong clock sends no order", "[ca]") {
    test::RunBench bench;
    auto job = bench.job();
    bench.http.answer(
        http::Method::head, test::at_ca("/new-nonce"), 200, "",
        {{"replay-nonce", "nonce1"}, {"date", http_date(bench.clock.now() + minutes{61})}});
    bench.context.loop.run(job.ca.session->client().ask_time());
    test::place_order(bench.context, {bench.sessions}, job);
    REQUIRE_FALSE(job.alive());
    CHECK(job.cause() == store::cause::kClock);
    CHECK(bench.http.left() == 0);
    CHECK_FALSE(bench.state().order);
}
