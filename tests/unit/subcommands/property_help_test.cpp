#include "subcommands/property_help.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

using Lines = std::vector<std::string>;

TEST_CASE("set --help lists the properties with their defaults", "[subcommands]") {
    const Lines lines = subcommands::describe_properties();
    const auto has = [&](const char* line) {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    CHECK(lines.front() == "Properties:");
    CHECK(
        has("    email                  contact of the account at the CA; none registers without "
            "one"));
    CHECK(
        has("    preflight              on, or off: order without a look at DNS, CAA and "
            "reachability first (default: on)"));
    CHECK(
        has("    renew-concurrency      how many orders a run over all apps has under way at "
            "once (of the host: --global, default: 16)"));
    CHECK(has("      EXEC_PATH            a program to call (needed)"));
}

TEST_CASE("what is to be known of a DNS provider stands behind its help", "[subcommands]") {
    constexpr std::array<std::string_view, 1> kAliases{"rfc2136"};
    constexpr std::array<settings::ProviderVariable, 1> kVariables{
        {{.name = "DNSUPDATE_TSIG_SECRET",
          .help = "the key",
          .is_needed = true,
          .is_secret = true}}};
    const settings::DnsProvider provider{.name = "dnsupdate",
                                         .aliases = kAliases,
                                         .help = "a server that takes updates",
                                         .variables = kVariables};
    CHECK(subcommands::describe_provider(provider) ==
          Lines{"    dnsupdate              a server that takes updates (also rfc2136)",
                "      DNSUPDATE_TSIG_SECRET the key (needed, secret)"});
}
