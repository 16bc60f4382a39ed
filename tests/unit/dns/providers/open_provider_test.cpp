#include "dns/providers/open_provider.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/dns_providers.h"

using Catch::Matchers::ContainsSubstring;
using dns::providers::open_provider;
using dns::providers::Variables;
using Words = std::vector<std::string>;

TEST_CASE("each provider of the table can be opened, by its aliases too", "[dns]") {
    for (const settings::DnsProvider& entry : settings::dns_providers()) {
        Variables variables;
        for (const settings::ProviderVariable& variable : entry.variables) {
            if (variable.is_needed) variables.emplace(variable.name, variable.example);
        }
        Words names{std::string{entry.name}};
        names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
        for (const std::string& name : names) {
            CAPTURE(name);
            Words warnings;
            CHECK(open_provider(name, variables, nullptr, warnings));
            CHECK(warnings.empty());
        }
    }
}

TEST_CASE("without EXEC_PATH there is no provider, and the way out is told", "[dns]") {
    Words warnings;
    const Variables variables =
        GENERATE(Variables{}, Variables{{"EXEC_PATH", ""}, {"KEY", "s3cr3t"}});
    const auto provider = open_provider("exec", variables, nullptr, warnings);
    REQUIRE_FALSE(provider);
    CHECK(provider.error().kind == base::ErrorKind::invalid_input);
    CHECK(provider.error().message == "The DNS provider exec needs a program to call");
    CHECK(provider.error().steps ==
          Words{"Set it with: dokku letsencrypt:set <app>|--global dns-provider-EXEC_PATH "
                "/path/to/program"});
}

TEST_CASE("a provider that the table lacks is named", "[dns]") {
    Words warnings;
    const auto provider = open_provider("route53", {}, nullptr, warnings);
    REQUIRE_FALSE(provider);
    CHECK(provider.error().kind == base::ErrorKind::invalid_input);
    CHECK_THAT(provider.error().message, ContainsSubstring("'route53' is not supported"));
}
