#include "renewal/rule.h"

#include <chrono>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "settings/default_renewal_margin.h"
#include "support/fake_clock.h"

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// A certificate that was issued as the clock began, for so many days.
base::CertificateDates dates(const base::Clock& clock, int lifetime_days) {
    return {clock.now(), clock.now() + days{lifetime_days}};
}

struct Case {
    Case() {
        facts.active = true;
        facts.current_hash = "h";
        facts.dates = dates(clock, 90);
        facts.covered = {"a.test", "b.test"};
        input.hash = "h";
        input.names = {"b.test", "a.test"};
    }
    std::optional<renewal::Due> due() const { return renewal::why_due(facts, input, clock.now()); }
    std::optional<std::string> why() const {
        const auto found = due();
        return found ? std::optional{found->why} : std::nullopt;
    }

    test::FakeClock clock;
    renewal::CertificateFacts facts;
    renewal::RenewalInput input;
};

}  // namespace

TEST_CASE("a certificate is renewed with a third of its life left, short ones with half",
          "[renewal][design-3.3]") {
    const test::FakeClock clock;
    CHECK(settings::default_renewal_margin(dates(clock, 90)) == days{30});
    CHECK(settings::default_renewal_margin(dates(clock, 45)) == days{15});
    CHECK(settings::default_renewal_margin(dates(clock, 6)) == days{3});
    CHECK(settings::default_renewal_margin(dates(clock, 10)) == hours{80});
    CHECK(settings::default_renewal_margin({clock.now(), clock.now() + days{10} - seconds{1}}) ==
          (days{10} - seconds{1}) / 2);
}

TEST_CASE("a certificate that is as wanted and far from its end is not due",
          "[renewal][dokku-10.5]") {
    const Case good;
    CHECK_FALSE(good.why());
}

TEST_CASE("each way in which a certificate is not as wanted makes one due",
          "[renewal][dokku-10.5]") {
    Case example;
    SECTION("an earlier run was cut short") {
        example.facts.interrupted = true;
        CHECK(example.why() == "an earlier run did not come to its end");
    }
    SECTION("none of ours is in use") {
        example.facts.active = false;
        CHECK(example.why() == "no certificate of letsencrypt is in use");
    }
    SECTION("the configuration has changed") {
        example.facts.current_hash = "other";
        CHECK(example.why() == "domains or settings have changed");
    }
    SECTION("certs/current leads nowhere") {
        example.facts.current_hash = "";
        CHECK(example.why() == "domains or settings have changed");
    }
    SECTION("its dates cannot be read") {
        example.facts.dates.reset();
        CHECK(example.why() == "the installed certificate cannot be read");
    }
    SECTION("a name is missing") {
        example.input.names.emplace_back("c.test");
        CHECK(example.why() == "'c.test' is not in the certificate");
    }
    SECTION("a name more than wanted is no reason") {
        example.input.names.pop_back();
        CHECK_FALSE(example.why());
    }
}

TEST_CASE("a run that was cut short before it had ordered makes no renewal due",
          "[renewal][design-3.3][kill]") {
    Case example;
    example.facts.interrupted = true;
    example.input.scheduled = true;
    const auto due = why_due(example.facts, example.input, example.clock.now());
    REQUIRE(due);
    CHECK(due->need == ca::Need::growth);
    SECTION("but it is finished when it is typed again") {
        example.input.scheduled = false;
        const auto typed = why_due(example.facts, example.input, example.clock.now());
        REQUIRE(typed);
        CHECK(typed->need == ca::Need::renewal);
    }
    SECTION("but one that had ordered does") {
        example.facts.was_ordered = true;
        const auto ordered = why_due(example.facts, example.input, example.clock.now());
        REQUIRE(ordered);
        CHECK(ordered->need == ca::Need::unfinished);
        example.facts.revoked = true;
        CHECK(why_due(example.facts, example.input, example.clock.now())->need ==
              ca::Need::renewal);
    }
    SECTION("nor does it hide that one is due") {
        example.facts.revoked = true;
        CHECK(example.why() == "the CA has revoked the certificate");
    }
}

TEST_CASE("a lifetime's margin makes a renewal due to the second", "[renewal][design-3.3]") {
    struct Lifetime {
        int lifetime_days;
        days until_due;
    };
    const auto [lifetime_days, until_due] =
        GENERATE(Lifetime{90, days{60}}, Lifetime{45, days{30}}, Lifetime{6, days{3}});
    CAPTURE(lifetime_days);
    Case example;
    example.facts.dates = dates(example.clock, lifetime_days);
    example.clock.advance(until_due);
    CHECK_FALSE(example.why());
    example.clock.advance(seconds{1});
    CHECK(example.why() == "the certificate is due for renewal");
    example.clock.advance(days{365});
    CHECK(example.why() == "the certificate is due for renewal");
}

TEST_CASE("a grace period that a person has set beats the lifetime", "[renewal][dokku-10.5]") {
    Case example;
    SECTION("a long one makes it due at once") {
        example.input.graceperiod = days{90} + seconds{1};
        CHECK(example.why() == "the certificate is due for renewal");
    }
    SECTION("none at all waits for the end") {
        example.input.graceperiod = seconds{0};
        example.clock.advance(days{90});
        CHECK_FALSE(example.why());
        example.clock.advance(seconds{1});
        CHECK(example.why() == "the certificate is due for renewal");
    }
}

TEST_CASE("a graceperiod holds to the letter, but not for the scheduled run",
          "[renewal][design-3.3]") {
    const test::FakeClock clock;
    const auto month = dates(clock, 30);
    const auto at = [&](std::optional<seconds> graceperiod, bool scheduled) {
        return renewal::renewal_time({month, graceperiod, scheduled, std::nullopt});
    };
    CHECK(at(days{80}, false).at == month.not_after - days{80});
    CHECK_FALSE(at(days{80}, false).graceperiod_clamped);
    CHECK(at(days{80}, true).at == month.not_after - days{15});
    CHECK(at(days{80}, true).graceperiod_clamped);
    CHECK(at(days{15}, true).at == month.not_after - days{15});
    CHECK_FALSE(at(days{15}, true).graceperiod_clamped);
    CHECK(at(std::nullopt, true).at == month.not_after - days{10});
}

TEST_CASE("the moment in the CA's window decides, but for a graceperiod that was typed for",
          "[renewal][design-3.3][rfc9773-4.2]") {
    const test::FakeClock clock;
    renewal::RenewalRule rule{dates(clock, 90), std::nullopt, true, clock.now() + days{20}};
    const base::UtcTime end = rule.dates.not_after;
    CHECK(renewal::renewal_time(rule).at == clock.now() + days{20});
    rule.selected_time = clock.now() + days{75};
    CHECK(renewal::renewal_time(rule).at == clock.now() + days{75});
    SECTION("never in the last tenth of the lifetime") {
        rule.selected_time = end - days{9};
        CHECK(renewal::renewal_time(rule).at == end - days{9});
        rule.selected_time = end - days{9} + seconds{1};
        CHECK(renewal::renewal_time(rule).at == end - days{9});
        rule.selected_time = end + days{100};
        CHECK(renewal::renewal_time(rule).at == end - days{9});
    }
    SECTION("a graceperiod makes the scheduled run come earlier, not later") {
        rule.graceperiod = days{40};
        CHECK(renewal::renewal_time(rule).at == end - days{40});
        rule.graceperiod = days{5};
        CHECK(renewal::renewal_time(rule).at == clock.now() + days{75});
        rule.graceperiod = days{80};
        CHECK(renewal::renewal_time(rule).graceperiod_clamped);
    }
    SECTION("nor in the last tenth, where the CA says nothing") {
        rule.selected_time.reset();
        rule.graceperiod = hours{1};
        CHECK(renewal::renewal_time(rule).at == end - days{9});
    }
    SECTION("who types the command gets the graceperiod to the letter") {
        rule.graceperiod = days{5};
        rule.scheduled = false;
        CHECK(renewal::renewal_time(rule).at == end - days{5});
    }
}

TEST_CASE("revoked certificates and another CA make one due", "[renewal][design-3.3]") {
    Case example;
    SECTION("revoked, also where nobody asked") {
        example.facts.revoked = true;
        example.input.automatic = true;
        CHECK(example.why() == "the CA has revoked the certificate");
    }
    SECTION("another CA, but not where nobody asked") {
        example.facts.other_server = true;
        CHECK(example.why() == "another CA is set now");
        example.input.automatic = true;
        CHECK_FALSE(example.why());
    }
    SECTION("a window of the CA's that is open is not yet the moment in it") {
        example.facts.selected_time = example.clock.now() + hours{1};
        CHECK_FALSE(example.why());
        example.clock.advance(hours{1} + seconds{1});
        CHECK(example.why() == "the certificate is due for renewal");
    }
}

TEST_CASE("where nobody asked, changed settings order nothing by themselves",
          "[renewal][design-3.3]") {
    Case changed;
    changed.facts.current_hash = "other";
    CHECK(changed.why());
    changed.input.automatic = true;
    CHECK_FALSE(changed.why());
    changed.input.names.emplace_back("c.test");
    REQUIRE(changed.due());
    CHECK(changed.due()->need == ca::Need::growth);
    changed.input.loses_names = true;
    CHECK(changed.due()->need == ca::Need::renewal);
}

TEST_CASE("a failing name is not dropped before half of what was left is over",
          "[renewal][design-2.2]") {
    const test::FakeClock clock;
    const auto began = clock.now();
    const renewal::FailingName name{began, began + days{20}};
    CHECK_FALSE(renewal::may_be_dropped(name, began + days{9}));
    CHECK(renewal::may_be_dropped(name, began + days{10}));
    const renewal::FailingName growing{began, began + days{20}, true};
    CHECK_FALSE(renewal::may_be_dropped(growing, began + std::chrono::minutes{59}));
    CHECK(renewal::may_be_dropped(growing, began + hours{1}));
}

TEST_CASE("a certificate goes along with others as long before its time as is asked for",
          "[renewal][design-3.5]") {
    Case example;
    example.clock.advance(days{60} - hours{1});
    CHECK_FALSE(example.why());
    example.input.ahead = hours{1};
    CHECK_FALSE(example.why());
    example.input.ahead = hours{1} + seconds{1};
    CHECK(example.why() == "the certificate is due for renewal");
}

TEST_CASE("a certificate that is due is more than one that would grow", "[renewal][design-2.2]") {
    Case example;
    example.input.names.emplace_back("c.test");
    REQUIRE(example.due());
    CHECK(example.due()->need == ca::Need::growth);
    example.clock.advance(days{61});
    REQUIRE(example.due());
    CHECK(example.due()->need == ca::Need::renewal);
}

TEST_CASE("the time of a renewal says what it is due because of", "[renewal][design-3.3]") {
    const test::FakeClock clock;
    renewal::RenewalRule rule{dates(clock, 90), std::nullopt, true, std::nullopt};
    CHECK(renewal::renewal_time(rule).why == "the certificate's lifetime");
    rule.graceperiod = days{40};
    CHECK(renewal::renewal_time(rule).why == "the graceperiod");
    rule.selected_time = clock.now() + days{20};
    CHECK(renewal::renewal_time(rule).why == "the CA's renewal window");
    rule.graceperiod.reset();
    CHECK(renewal::renewal_time(rule).why == "the CA's renewal window");
    rule.selected_time = clock.now() + days{200};
    CHECK(renewal::renewal_time(rule).why == "the certificate's end");
}
