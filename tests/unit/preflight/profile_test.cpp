#include "preflight/profile.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "settings/known_servers.h"
#include "settings/read_settings.h"

TEST_CASE("Let's Encrypt's numbers of names hold at Let's Encrypt", "[preflight][design-7.4]") {
    CHECK(preflight::most_names(settings::kProductionServer, "") == 100);
    CHECK(preflight::most_names(settings::kProductionServer, "classic") == 100);
    CHECK(preflight::most_names(settings::kStagingServer, "tlsserver") == 25);
    CHECK(preflight::most_names(settings::kProductionServer, "shortlived") == 25);
    CHECK(preflight::most_names("https://other.example/directory", "shortlived") > 1000);
}

namespace {

ca::IssueJob job_with_addresses(const std::string& server, const std::string& profile) {
    settings::Settings settings = settings::resolve_settings({}, {{"server", server}});
    ca::Wanted wanted{*dokku::AppName::parse("shop"), settings, {}};
    wanted.options.lego.profile = profile;
    ca::IssueJob job{std::move(wanted)};
    for (const char* address : {"198.51.100.7", "10.0.0.7"})
        job.names.ordered.push_back(*dns::DnsName::parse_address(address));
    job.names.ordered.push_back(*dns::DnsName::parse("a.example"));
    return job;
}

}  // namespace

TEST_CASE("Let's Encrypt certifies public addresses, and only as it wants to",
          "[preflight][rfc8738-3]") {
    using Words = std::vector<std::string>;
    SECTION("with its profile") {
        auto job = job_with_addresses(std::string{settings::kStagingServer}, "shortlived");
        preflight::check_addresses(job);
        CHECK(ca::to_texts(job.names.ordered) == Words{"198.51.100.7", "a.example"});
        REQUIRE(job.names.deferred.size() == 1);
        CHECK(job.names.deferred[0].cause == store::cause::kBadName);
        CHECK(job.names.deferred[0].reason.message ==
              "10.0.0.7 is a private address; Let's Encrypt certifies public ones");
    }
    SECTION("without it") {
        auto job = job_with_addresses(std::string{settings::kProductionServer}, "");
        preflight::check_addresses(job);
        CHECK(ca::to_texts(job.names.ordered) == Words{"a.example"});
        REQUIRE(job.names.deferred.size() == 2);
        CHECK(job.names.deferred[0].reason.steps ==
              Words{"Run: dokku letsencrypt:set shop profile shortlived"});
    }
    SECTION("other CAs say themselves what they want") {
        auto job = job_with_addresses("https://other.example/directory", "");
        preflight::check_addresses(job);
        CHECK(job.names.ordered.size() == 3);
    }
}

TEST_CASE("names that are covered stay where there are too many", "[preflight][design-7.4]") {
    std::vector<std::string> domains;
    domains.reserve(130);
    for (int i = 0; i < 130; ++i)
        domains.push_back("n" + std::to_string(i) + ".example.org");
    settings::Settings settings = settings::resolve_settings({}, {});
    ca::IssueJob job{ca::Wanted{*dokku::AppName::parse("shop"), settings, domains}};
    for (const std::string& domain : domains)
        job.names.ordered.push_back(*dns::DnsName::parse(domain));
    job.present.covered = {"n120.example.org"};
    preflight::check_count_of_names(job);
    CHECK(job.names.ordered.size() == 100);
    CHECK(job.names.deferred.size() == 30);
    const auto left = ca::to_texts(job.names.ordered);
    CHECK(std::find(left.begin(), left.end(), "n120.example.org") != left.end());
    CHECK(job.names.deferred.front().name == "n99.example.org");
    CHECK(job.names.deferred.front().cause == store::cause::kTooManyNames);
}
