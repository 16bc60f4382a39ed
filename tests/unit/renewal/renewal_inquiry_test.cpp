#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "acme/renewal_info.h"
#include "async/all.h"
#include "renewal/ca_inquiries.h"
#include "renewal/renewal_plan.h"
#include "support/certificate_maker.h"
#include "support/delayed_http.h"
#include "support/meanwhile_http.h"
#include "support/order_story.h"
#include "support/run_bench.h"

using http::Method;
using std::chrono::hours;
using test::at_ca;
using test::problem_json;

namespace {

const std::string kDirectory = R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
                               at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") +
                               R"(","renewalInfo":")" + at_ca("/ari") + "\"}";

/// Apps with certificates of a CA that says when to renew.
struct Asking : test::RunBench {
    Asking() { install(app, "\x11"); }

    std::string make(const std::string& serial) const {
        return test::make_certificate({.common_name = "a.example",
                                       .names = {"a.example"},
                                       .issuer_name = "Issuer",
                                       .not_after = clock.now() + hours{24 * 60},
                                       .serial_bytes = serial,
                                       .authority_key_identifier = "\x01\x02"},
                                      key, key);
    }

    void install(const dokku::AppName& into, const std::string& serial) const {
        const std::string leaf = make(serial);
        host.install_pair(into, leaf);
        host.issue(into, "a.example", leaf);
        test::DokkuHost::write(host.environment.certs_root(into) / "current" / "config",
                               "--server " + at_ca("/directory") + "\n");
    }

    static std::string question(const std::string& serial) {
        return at_ca("/ari/") + acme::to_certificate_id("\x01\x02", serial);
    }

    std::string window() const {
        return R"({"suggestedWindow":{"start":")" + base::to_rfc3339(clock.now() + hours{100}) +
               R"(","end":")" + base::to_rfc3339(clock.now() + hours{200}) + "\"}}";
    }

    Asking& fetch_directory() {
        http.answer(Method::get, at_ca("/directory"), 200, kDirectory);
        return *this;
    }

    /// As a run does that asks nothing else.
    void ask() {
        renewal::RenewalInquiry inquiry{context};
        simulated.run(inquiry.ask_if_due(app));
    }

    store::AppState state_of(const dokku::AppName& of) const {
        return store.read_state(of.text()).value();
    }

    crypto::PrivateKey key = test::make_key();
};

using namespace std::chrono_literals;

async::Task<void> ask_for_all(renewal::RenewalInquiry& inquiry, std::vector<dokku::AppName> apps) {
    std::vector<async::Task<void>> questions;
    questions.reserve(apps.size());
    for (const dokku::AppName& app : apps)
        questions.push_back(inquiry.ask_if_due(app));
    co_await async::all(std::move(questions));
}

/// Several apps of that CA, whose answers take their time.
struct AskingForMany : Asking {
    explicit AskingForMany(std::chrono::milliseconds delay) : slow(http, delay), many(with(slow)) {
        apps.push_back(app);
        for (const char* name : {"blog", "wiki"})
            apps.push_back(host.add_app(name));
        install(apps[1], "\x12");
        install(apps[2], "\x13");
    }

    AskingForMany& answer(const char* serial) {
        http.answer(Method::get, question(serial), 200, window());
        return *this;
    }
    void ask_all(std::optional<std::chrono::milliseconds> until = std::nullopt) {
        std::optional<base::Clock::Monotonic> moment;
        if (until) moment = clock.monotonic() + *until;
        renewal::RenewalInquiry inquiry{many, renewal::kInquiryPause, moment};
        simulated.run(ask_for_all(inquiry, apps));
        CHECK(http.left() == 0);
    }
    bool has_plan(std::size_t of) const { return state_of(apps[of]).renewal.has_value(); }

    test::DelayedHttp slow;
    ca::Context many;
    std::vector<dokku::AppName> apps;
};

}  // namespace

TEST_CASE("a CA that does not want to be asked is asked once in a run",
          "[renewal][rfc9773-4.3.2]") {
    Asking asking;
    const auto blog = asking.host.add_app("blog");
    asking.install(blog, "\x12");
    asking.fetch_directory();
    hours pause{1};
    SECTION("it names a time") {
        const int status = GENERATE(429, 503);
        pause = hours{3};
        asking.http.answer(Method::get, Asking::question("\x11"), status,
                           problem_json("rateLimited", "too many"), {{"retry-after", "10800"}});
    }
    SECTION("it names a time that is sooner than ours") {
        asking.http.answer(Method::get, Asking::question("\x11"), 429, "", {{"retry-after", "60"}});
    }
    SECTION("it names one that is years ahead") {
        pause = hours{7 * 24};
        asking.http.answer(Method::get, Asking::question("\x11"), 429, "",
                           {{"retry-after", "99999999"}});
    }
    SECTION("it has failed") {
        asking.http.answer(Method::get, Asking::question("\x11"), 500,
                           problem_json("serverInternal", "sorry"));
    }
    SECTION("it does not answer") {
        asking.http.lose(Method::get, Asking::question("\x11"));
    }
    renewal::RenewalInquiry inquiry{asking.context};
    asking.simulated.run(inquiry.ask_if_due(asking.app));
    asking.simulated.run(inquiry.ask_if_due(blog));
    CHECK(asking.http.left() == 0);
    REQUIRE(asking.state().renewal);
    CHECK(asking.state().renewal->next_ask == asking.clock.now() + pause);
    CHECK_FALSE(asking.store.has_state("blog"));
}

TEST_CASE("a CA that does not answer about a stored certificate is not asked about the next",
          "[renewal][rfc9773-4.3.3]") {
    Asking asking;
    asking.fetch_directory();
    asking.http.lose(Method::get, Asking::question("\x11"));
    renewal::RenewalInquiry inquiry{asking.context};
    for (const char* serial : {"\x11", "\x12"}) {
        const auto leaf = crypto::Certificate::parse_pem(asking.make(serial)).value();
        CHECK_FALSE(asking.simulated.run(inquiry.window_of(at_ca("/directory"), leaf)));
    }
    CHECK(asking.http.left() == 0);
}

TEST_CASE("what a CA does not know of one certificate says nothing of the next",
          "[renewal][rfc9773-4.3.3]") {
    Asking asking;
    const auto blog = asking.host.add_app("blog");
    asking.install(blog, "\x12");
    asking.fetch_directory();
    asking.http.answer(Method::get, Asking::question("\x11"), 404,
                       problem_json("malformed", "no such certificate"));
    asking.http.answer(Method::get, Asking::question("\x12"), 200, asking.window());
    renewal::RenewalInquiry inquiry{asking.context};
    asking.simulated.run(inquiry.ask_if_due(asking.app));
    asking.simulated.run(inquiry.ask_if_due(blog));
    CHECK(asking.http.left() == 0);
    CHECK_FALSE(asking.state().renewal->moment);
    CHECK(asking.state_of(blog).renewal->moment);
}

TEST_CASE("a CA that asked for time with an order is left alone until then", "[renewal]") {
    Asking asking;
    ledger::Entry backoff;
    backoff.kind = ledger::EntryKind::backoff;
    backoff.at = asking.clock.now();
    backoff.server = at_ca("/directory");
    backoff.until = asking.clock.now() + hours{2};
    REQUIRE(asking.store.ledger().append({backoff}, asking.clock.now()));
    asking.ask();
    CHECK(asking.http.sent().empty());
    CHECK_FALSE(asking.store.has_state("shop"));

    asking.clock.advance(hours{2});
    asking.fetch_directory();
    asking.http.answer(Method::get, Asking::question("\x11"), 200, asking.window());
    asking.ask();
    CHECK(asking.state().renewal->moment);
}

TEST_CASE("an answer about a certificate that is gone is not kept", "[renewal][rfc9773-4.2]") {
    Asking asking;
    asking.fetch_directory();
    asking.http.answer(Method::get, Asking::question("\x11"), 200, asking.window());
    const auto ask_while = [&](std::function<void()> happens) {
        test::MeanwhileHttp http{asking.http, Asking::question("\x11"), std::move(happens)};
        ca::Context context = asking.with(http);
        renewal::RenewalInquiry inquiry{context};
        const auto state = asking.state();
        return context.loop.run(inquiry.ask_if_due(
            asking.app, tls::read_certificate_status(asking.host.environment, asking.app), state));
    };
    SECTION("nothing happened") {
        CHECK(ask_while([] {}));
        CHECK(asking.state().enabled);  // taken over from the official plugin
    }
    SECTION("the app was destroyed or renamed") {
        const auto destroy = [&] {
            std::filesystem::remove_all(asking.host.environment.app_root(asking.app));
        };
        CHECK_FALSE(ask_while(destroy));
        CHECK_FALSE(asking.store.has_state("shop"));
    }
    SECTION("another pair was installed") {
        const auto until = asking.clock.now() + hours{24 * 90};
        CHECK_FALSE(ask_while([&] {
            asking.install(asking.app, "\x13");
            REQUIRE(asking.store.update_state("shop", [&](store::AppState& state) {
                state.installed = store::InstalledPair{
                    "ab", store::Owner::ours, until, {}, at_ca("/directory"), "me", true};
            }));
        }));
        const auto installed = asking.state().installed;
        REQUIRE(installed);
        CHECK(installed->not_after == until);
        CHECK(installed->account == "me");
        CHECK(installed->by_fallback);
        CHECK_FALSE(asking.state().renewal);
    }
    CHECK(asking.http.left() == 0);
    CHECK(asking.host.logged.err.empty());
}

TEST_CASE("many apps wait for one directory, and their questions keep the pause",
          "[renewal][design-4.1]") {
    AskingForMany asking{1s};
    asking.fetch_directory();
    asking.answer("\x11").answer("\x12").answer("\x13").ask_all();
    CHECK(asking.slow.most == 3);
    CHECK(asking.clock.passed() == 1s + 2 * renewal::kInquiryPause + 1s);
    for (const std::size_t of : {0U, 1U, 2U})
        CHECK(asking.has_plan(of));
}

TEST_CASE("a CA that is found silent is not asked by those that wait for their turn",
          "[renewal][rfc9773-4.3.3]") {
    AskingForMany asking{100ms};
    asking.fetch_directory();
    asking.http.lose(Method::get, Asking::question("\x11"));
    asking.ask_all();
    CHECK(asking.has_plan(0));
    CHECK_FALSE(asking.has_plan(1));
    CHECK_FALSE(asking.has_plan(2));
    CHECK(asking.clock.passed() < 1s);
}

TEST_CASE("no question is sent once the time for them is over", "[renewal]") {
    AskingForMany asking{50ms};
    asking.fetch_directory();
    asking.answer("\x11").answer("\x12").ask_all(300ms);
    CHECK(asking.has_plan(1));
    CHECK_FALSE(asking.has_plan(2));
}

TEST_CASE("a run does not ask CAs after a quarter of an hour", "[renewal]") {
    AskingForMany asking{16min};
    asking.fetch_directory();  // and no question after that
    renewal::CaInquiries inquiries{asking.many};
    const auto state = asking.state();
    const auto status = tls::read_certificate_status(asking.host.environment, asking.app);
    asking.simulated.run(inquiries.ask(asking.app, status, state));
    CHECK(asking.http.left() == 0);
    CHECK_FALSE(asking.has_plan(0));
    CHECK_FALSE(asking.simulated.run(inquiries.ask(asking.app, status, state)));
}
