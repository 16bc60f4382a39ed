#include "ca/dns_challenges.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "support/dns_world.h"
#include "support/files.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;

namespace {

/// An app whose TXT records a shell script sets.
struct Records : test::RunBench {
    explicit Records(const std::string& script) : RunBench(&test::real_loop()) {
        const auto program = host.environment.root / "dns";
        test::DokkuHost::write(program, "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        wanted.dns_provider.computed = "exec";
        wanted.dns_variables["EXEC_PATH"].computed = program.string();
        wanted.dns_resolvers.computed = "127.0.0.1:" + std::to_string(dns.recursive.port());
        options.lego.dns.fixed_wait = std::chrono::seconds{0};
    }

    std::unique_ptr<ca::DnsChallenges> open() {
        return ca::DnsChallenges::open(context, wanted, options).value();
    }

    static std::vector<acme::ChosenChallenge> challenges(const std::vector<std::string>& names) {
        std::vector<acme::ChosenChallenge> chosen;
        for (const std::string& name : names) {
            acme::Challenge challenge;
            challenge.type = acme::kDns01;
            challenge.token = acme::Token::parse("token");
            chosen.push_back({acme::to_identifier(name), challenge,
                              acme::KeyAuthorization{*challenge.token, "thumbprint"}});
        }
        return chosen;
    }

    test::DnsWorld dns;
    settings::Settings wanted = settings();
    ca::AppOptions options;
};

async::Task<std::vector<base::Result<void>>> both(async::Task<base::Result<void>> one,
                                                  async::Task<base::Result<void>> other) {
    std::vector<async::Task<base::Result<void>>> tasks;
    tasks.push_back(std::move(one));
    tasks.push_back(std::move(other));
    auto results = co_await async::all(std::move(tasks));
    co_return results;
}

}  // namespace

TEST_CASE("records are set and waited for, which is told, and taken away", "[ca][rfc8555-8.4]") {
    Records bench{R"(echo "$1 $2" >>"${0%/*}/called")"};
    const auto records = bench.open();
    REQUIRE(bench.run(records->present(Records::challenges({"shop.test", "*.shop.test"}))));
    const auto called = bench.host.environment.root / "called";
    CHECK(test::content_of(called) ==
          "present _acme-challenge.shop.test.\npresent _acme-challenge.shop.test.\n");
    CHECK_THAT(bench.host.logged.out,
               ContainsSubstring("Ordered; setting the TXT records of 2 name(s)\n") &&
                   ContainsSubstring("The wait for the records is over; asking the CA to "
                                     "validate\n"));
    std::filesystem::remove(called);
    bench.run(records->clean_up());
    bench.run(records->clean_up());
    CHECK(test::content_of(called) ==
          "cleanup _acme-challenge.shop.test.\ncleanup _acme-challenge.shop.test.\n");
}

TEST_CASE("what was set before the program failed is taken away", "[ca][rfc8555-8.4]") {
    Records bench{
        R"(echo "$1 $2" >>"${0%/*}/called"; [ "$1 $2" != "present _acme-challenge.b.shop.test." ])"};
    const auto records = bench.open();
    const auto set = bench.run(
        records->present(Records::challenges({"a.shop.test", "b.shop.test", "shop.test"})));
    REQUIRE_FALSE(set);
    CHECK(set.error().kind == base::ErrorKind::rejected);
    CHECK_THAT(bench.host.logged.out, !ContainsSubstring("asking the CA"));
    bench.run(records->clean_up());
    CHECK(test::content_of(bench.host.environment.root / "called") ==
          "present _acme-challenge.a.shop.test.\npresent _acme-challenge.b.shop.test.\n"
          "cleanup _acme-challenge.a.shop.test.\ncleanup _acme-challenge.b.shop.test.\n");
}

TEST_CASE("a wait for records ends where the order may not go on", "[ca]") {
    Records bench{"true"};
    bench.options.lego.dns.fixed_wait = std::chrono::seconds{1};
    // The clock stands still: without an end this would wait for ever.
    const auto records = bench.open();
    const auto set =
        bench.run(records->present(Records::challenges({"shop.test"}), []() -> base::Result<void> {
            return base::fail(base::ErrorKind::rejected, "the app is gone");
        }));
    REQUIRE_FALSE(set);
    CHECK(set.error().message == "the app is gone");
}

TEST_CASE("two orders of a run do not change a zone at once", "[ca]") {
    Records bench{R"(set -e; mkdir "${0%/*}/zone"; sleep 0.1; rmdir "${0%/*}/zone")"};
    const auto one = bench.open();
    const auto other = bench.open();
    auto first = one->present(Records::challenges({"a.shop.test"}));
    auto second = other->present(Records::challenges({"b.shop.test"}));
    for (const auto& set : bench.run(both(std::move(first), std::move(second))))
        CHECK(set);
}
