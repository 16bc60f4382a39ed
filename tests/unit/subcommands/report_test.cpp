#include "subcommands/report.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/known_servers.h"
#include "settings/read_settings.h"
#include "support/dokku_host.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

subcommands::ReportFacts some_facts() {
    subcommands::ReportFacts facts;
    facts.active = true;
    facts.expiration = base::from_unix(1'803'080'425);
    facts.settings = settings::resolve_settings(
        {{"email", "me@x.test"}, {"dns-provider-OVH_KEY", "s3cret"}, {"dns-provider", "ovh"}},
        {{"server", "staging"}, {"dns-provider-A", "first"}, {"dns-provider-EMPTY", ""}});
    return facts;
}

std::string names_of(const std::vector<subcommands::ReportRow>& rows) {
    std::string names;
    for (const auto& row : rows)
        names += row.name + " ";
    return names;
}

}  // namespace

TEST_CASE("report rows stand in the official order, ours after them",
          "[subcommands][dokku-11.10]") {
    CHECK(names_of(subcommands::report_rows(some_facts())) ==
          "active autorenew computed-dns-provider global-dns-provider dns-provider computed-email "
          "global-email email expiration computed-graceperiod global-graceperiod graceperiod "
          "computed-lego-args global-lego-args lego-args computed-lego-docker-options "
          "global-lego-docker-options lego-docker-options computed-server global-server server "
          "computed-dns-provider-A global-dns-provider-A computed-dns-provider-OVH_KEY "
          "dns-provider-OVH_KEY computed-dns-resolvers global-dns-resolvers dns-resolvers "
          "computed-challenge-route global-challenge-route challenge-route computed-auto-issue "
          "global-auto-issue auto-issue computed-auto-issue-timeout global-auto-issue-timeout "
          "auto-issue-timeout excluded computed-preflight global-preflight preflight "
          "computed-rehearse global-rehearse rehearse computed-renew-unused global-renew-unused "
          "renew-unused computed-profile global-profile profile "
          "computed-key-type global-key-type key-type "
          "computed-reuse-key global-reuse-key reuse-key "
          "computed-preferred-chain global-preferred-chain preferred-chain "
          "computed-fallback-server global-fallback-server fallback-server "
          "computed-eab-kid global-eab-kid eab-kid "
          "computed-eab-hmac-key global-eab-hmac-key eab-hmac-key computed-eab-algorithm "
          "global-eab-algorithm eab-algorithm global-renew-concurrency "
          "status renewal-time renewal-explanation global-last-run global-next-run ");
}

TEST_CASE("--global keeps the global rows", "[subcommands][dokku-11.10]") {
    CHECK(names_of(subcommands::global_rows(subcommands::report_rows(some_facts()))) ==
          "global-dns-provider global-email global-graceperiod global-lego-args "
          "global-lego-docker-options global-server global-dns-provider-A global-dns-resolvers "
          "global-challenge-route global-auto-issue global-auto-issue-timeout global-preflight "
          "global-rehearse global-renew-unused global-profile global-key-type global-reuse-key "
          "global-preferred-chain global-fallback-server global-eab-kid global-eab-hmac-key "
          "global-eab-algorithm "
          "global-renew-concurrency global-last-run global-next-run ");
}

TEST_CASE("report rows are padded byte for byte as officially", "[subcommands][dokku-11.10]") {
    const auto lines = subcommands::render_report(subcommands::report_rows(some_facts()),
                                                  subcommands::Secrets::shown);
    CHECK(lines[0] == "       Letsencrypt active:            true                     ");
    CHECK(lines[1] == "       Letsencrypt autorenew:         false                    ");
    CHECK(lines[3] == "       Letsencrypt global dns provider:                          ");
    CHECK(lines[7] == "       Letsencrypt email:             me@x.test                ");
    CHECK(lines[8] == "       Letsencrypt expiration:        1803080425               ");
    CHECK(lines[18] ==
          "       Letsencrypt computed server:   " + std::string{settings::kStagingServer});
    CHECK(lines[19] == "       Letsencrypt global server:     staging                  ");
    CHECK(lines[24] == "       Letsencrypt dns provider OVH_KEY: s3cret                   ");
}

TEST_CASE("dokku report shows no value of a DNS provider's variable",
          "[subcommands][dokku-11.10]") {
    std::string text;
    for (const auto& line : subcommands::render_report(subcommands::report_rows(some_facts()),
                                                       subcommands::Secrets::redacted))
        text += line + "\n";
    CHECK_THAT(text, !ContainsSubstring("s3cret"));
    CHECK_THAT(text, !ContainsSubstring("first"));
    CHECK_THAT(text, ContainsSubstring("Letsencrypt dns provider OVH_KEY: **** "));
    CHECK_THAT(text, ContainsSubstring("Letsencrypt dns provider:      ovh "));
}

TEST_CASE("JSON is one compact object of strings in the same order", "[subcommands][dokku-11.10]") {
    const auto text = subcommands::render_report_json(subcommands::report_rows(some_facts()));
    CHECK_THAT(text, StartsWith(R"({"active":"true","autorenew":"false",)"
                                R"("computed-dns-provider":"ovh","global-dns-provider":"",)"));
    CHECK_THAT(text, ContainsSubstring(R"("expiration":"1803080425",)"));
    CHECK_THAT(text, !ContainsSubstring("\n"));
}

TEST_CASE("one flag gives its value, an empty one is 'not deployed'",
          "[subcommands][dokku-11.10]") {
    const auto rows = subcommands::report_rows(some_facts());
    CHECK(*subcommands::find_report_value(rows, "--letsencrypt-email") == "me@x.test");
    const auto empty = subcommands::find_report_value(rows, "--letsencrypt-global-email");
    REQUIRE_FALSE(empty);
    CHECK(empty.error().message == "not deployed");
    const auto unknown = subcommands::find_report_value(rows, "--letsencrypt-mail");
    REQUIRE_FALSE(unknown);
    CHECK_THAT(unknown.error().message,
               StartsWith("Invalid flag passed, valid flags: --letsencrypt-active "
                          "--letsencrypt-autorenew --letsencrypt-computed-dns-provider "));
}

TEST_CASE("a host without apps has no report, not even a global one",
          "[subcommands][dokku-11.10]") {
    test::DokkuHost host;
    subcommands::ReportRequest request;
    request.global = true;
    const auto printed = subcommands::print_report(host.environment, host.log(), request);
    REQUIRE_FALSE(printed);
    CHECK(printed.error().kind == base::ErrorKind::not_found);
    CHECK(printed.error().message == "You haven't deployed any applications yet");
}

TEST_CASE("report's first word is an app unless it looks like a flag", "[subcommands]") {
    struct Case {
        const char* first;
        const char* second;
        const char* app;
        const char* flag;
    };
    const auto c =
        GENERATE(values<Case>({{"", "", "", ""},
                               {"shop", "", "shop", ""},
                               {"shop", "--letsencrypt-email", "shop", "--letsencrypt-email"},
                               {"--letsencrypt-email", "", "", "--letsencrypt-email"},
                               {"--letsencrypt-email", "shop", "", "--letsencrypt-email"}}));
    const auto request = subcommands::to_report_request(c.first, c.second);
    CHECK(request.app == c.app);
    CHECK(request.flag == c.flag);
}

TEST_CASE("what report prints for which words", "[subcommands][dokku-11.10]") {
    test::DokkuHost host;
    host.add_app("blog");
    host.add_app("shop");
    host.set_property("shop", "email", "me@x.test");
    const auto print = [&](const subcommands::ReportRequest& request) {
        return subcommands::print_report(host.environment, host.log(), request);
    };
    SECTION("all apps, one after the other") {
        REQUIRE(print({}));
        CHECK_THAT(host.logged.out, StartsWith("=====> blog letsencrypt information\n"));
        CHECK_THAT(host.logged.out, ContainsSubstring("=====> shop letsencrypt information\n"));
    }
    SECTION("quiet leaves the heading out") {
        host.environment.quiet = true;
        REQUIRE(print({"shop", "", "", false}));
        CHECK_THAT(host.logged.out, StartsWith("       Letsencrypt active:"));
    }
    SECTION("a flag for all apps: a line each, a missing value fails nobody") {
        REQUIRE(print({"", "--letsencrypt-email", "", false}));
        CHECK(host.logged.out == "me@x.test\n");
        CHECK(host.logged.err == " !     not deployed\n");
    }
    SECTION("JSON for all apps: a line each") {
        REQUIRE(print({"", "", "json", false}));
        CHECK(std::count(host.logged.out.begin(), host.logged.out.end(), '\n') == 2);
        CHECK_THAT(host.logged.out, StartsWith("{"));
    }
    SECTION("another format is text") {
        REQUIRE(print({"shop", "", "yaml", false}));
        CHECK_THAT(host.logged.out, StartsWith("=====> shop letsencrypt information\n"));
    }
    SECTION("a format and a flag do not go together") {
        const auto printed = print({"shop", "--letsencrypt-email", "json", false});
        REQUIRE_FALSE(printed);
        CHECK(printed.error().message ==
              "--format flag cannot be specified when specifying an info flag");
        CHECK(print({"shop", "--letsencrypt-email", "stdout", false}));
    }
    SECTION("--global wins over an app") {
        REQUIRE(print({"shop", "", "", true}));
        CHECK_THAT(host.logged.out, StartsWith("=====> global letsencrypt information\n"
                                               "       Letsencrypt global dns provider:"));
        CHECK_THAT(host.logged.out, !ContainsSubstring("me@x.test"));
    }
    SECTION("an unknown app") {
        const auto printed = print({"nosuch", "", "", false});
        REQUIRE_FALSE(printed);
        CHECK(printed.error().kind == base::ErrorKind::unknown_app);
    }
}

TEST_CASE("a certificate that no run looks after is not ok", "[subcommands]") {
    subcommands::ReportFacts facts = some_facts();
    const auto value = [&](std::string_view flag) {
        return subcommands::find_report_value(subcommands::report_rows(facts), flag).value_or("");
    };
    facts.status = "ok";
    facts.last_run = store::LastRun{base::from_unix(1'770'000'000), 3, 0};
    CHECK(value("--letsencrypt-status") == "ok");
    facts.is_overdue = true;
    CHECK(value("--letsencrypt-status") == "failing");
    CHECK(value("--letsencrypt-global-last-run") ==
          "2026-02-02 02:40 UTC, 3 renewed, 0 failed (no-renewal-run)");
    facts.last_run.reset();
    CHECK(value("--letsencrypt-global-last-run") == "none (no-renewal-run)");
    facts.status = "not-used";
    CHECK(value("--letsencrypt-status") == "not-used");
}
