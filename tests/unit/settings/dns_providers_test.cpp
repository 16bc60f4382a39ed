#include "settings/dns_providers.h"

#include <array>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "settings/properties.h"

using Catch::Matchers::ContainsSubstring;

TEST_CASE("a provider is found by its name and its aliases", "[settings]") {
    constexpr std::array<std::string_view, 2> kAliases{"rfc2136", "nsupdate"};
    const settings::DnsProvider provider{
        .name = "dnsupdate", .aliases = kAliases, .help = "", .variables = {}};
    CHECK(settings::is_called(provider, "dnsupdate"));
    CHECK(settings::is_called(provider, "nsupdate"));
    CHECK_FALSE(settings::is_called(provider, "dns"));
    CHECK_FALSE(settings::is_called(provider, ""));
    REQUIRE(settings::find_dns_provider("exec") != nullptr);
    CHECK(settings::find_dns_provider("exec")->name == "exec");
    CHECK(settings::find_dns_provider("route53") == nullptr);
}

TEST_CASE("no name stands twice, and each variable can be set", "[settings]") {
    std::set<std::string_view> names;
    for (const settings::DnsProvider& provider : settings::dns_providers()) {
        CAPTURE(provider.name);
        CHECK(names.insert(provider.name).second);
        for (const std::string_view alias : provider.aliases)
            CHECK(names.insert(alias).second);
        CHECK_FALSE(provider.help.empty());
        std::set<std::string_view> variables;
        for (const settings::ProviderVariable& variable : provider.variables) {
            CAPTURE(variable.name);
            CHECK(variables.insert(variable.name).second);
            CHECK_FALSE(variable.help.empty());
            CHECK((!variable.is_needed || !variable.example.empty()));
            CHECK(settings::check_key("dns-provider-" + std::string{variable.name}));
        }
    }
}

TEST_CASE("README.md names each provider and its variables", "[settings]") {
    const auto page = base::read_file(TEST_DATA_DIR "/../../README.md");
    REQUIRE(page);
    for (const settings::DnsProvider& provider : settings::dns_providers()) {
        CHECK_THAT(*page, ContainsSubstring("`" + std::string{provider.name} + "`"));
        for (const settings::ProviderVariable& variable : provider.variables)
            CHECK_THAT(*page, ContainsSubstring(std::string{variable.name}));
    }
}

TEST_CASE("the first variable that is missing is named, with what it is", "[settings]") {
    const auto& exec = *settings::find_dns_provider("exec");
    CHECK(settings::check_variables(exec, {{"EXEC_PATH", "/a"}}));
    const auto missing = settings::check_variables(exec, {{"EXEC_PATH", ""}, {"KEY", "s3cr3t"}});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == "The DNS provider exec needs a program to call");
}

TEST_CASE("an unknown provider is told with the ways out", "[settings]") {
    const auto error = settings::describe_unknown_provider("cloud\nflare", "shop");
    CHECK(error.kind == base::ErrorKind::invalid_input);
    CHECK(error.message ==
          "The DNS provider 'cloud flare' is not supported by this version of the plugin");
    REQUIRE(error.steps.size() == 2);
    CHECK(error.steps[0] ==
          "Let a program of yours set the records: dokku letsencrypt:set shop dns-provider exec, "
          "then dns-provider-EXEC_PATH");
    CHECK(error.steps[1] == "or use HTTP-01: dokku letsencrypt:set shop dns-provider none");
}
