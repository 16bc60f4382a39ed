#include "subcommands/help.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"

TEST_CASE("help names the commands whose executable is there", "[subcommands][dokku-1.6]") {
    const test::DokkuHost host;
    const auto subcommands = host.environment.plugin_directory / "subcommands";
    CHECK(subcommands::help_entries(host.environment).empty());
    test::DokkuHost::write(subcommands / "set", "");
    test::DokkuHost::write(subcommands / "active", "");
    test::DokkuHost::write(subcommands / "unknown", "");
    const auto entries = subcommands::help_entries(host.environment);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].command == "active");
    CHECK(entries[1].command == "set");
}

TEST_CASE("help lines have four blanks in front and one comma", "[subcommands][dokku-1.6]") {
    const test::DokkuHost host;
    for (const char* name :
         {"account", "active", "auto-renew", "cleanup", "cron-job", "disable", "enable", "exclude",
          "explain", "help", "include", "list", "report", "retry", "revoke", "set", "status"})
        test::DokkuHost::write(host.environment.plugin_directory / "subcommands" / name, "");
    const auto lines = subcommands::render_help_lines(subcommands::help_entries(host.environment));
    CHECK(lines.size() == 17);
    CHECK(std::is_sorted(lines.begin(), lines.end()));
    for (const auto& line : lines) {
        CAPTURE(line);
        CHECK(line.starts_with("    letsencrypt:"));
        CHECK(std::count(line.begin(), line.end(), ',') == 1);
    }
    CHECK(subcommands::help_summary() == "    letsencrypt, Manage the letsencrypt integration");
}

TEST_CASE("help names the options", "[subcommands][dokku-1.6]") {
    const test::DokkuHost host;
    for (const char* name : {"account", "auto-renew", "enable", "revoke"})
        test::DokkuHost::write(host.environment.plugin_directory / "subcommands" / name, "");
    const auto entries = subcommands::help_entries(host.environment);
    REQUIRE(entries.size() == 4);
    CHECK(entries[0].arguments == "show|rollover|register|deactivate [<app>] [--format json]");
    CHECK(entries[1].arguments == "[<app>] [--dry-run]");
    // What the official plugin has stays in front.
    CHECK(entries[2].arguments == "<app> [--force] [--strict] [--dry-run]");
    CHECK(entries[2].description.find("--all") != std::string_view::npos);
    CHECK(entries[3].arguments == "<app> [--reason <reason>]");
}

TEST_CASE("columns are as column -t -s, makes them", "[subcommands][dokku-1.6]") {
    CHECK(subcommands::to_columns({"    a <app>, Foo bar", "    bbbbbbbbbbb, Baz"}) ==
          std::vector<std::string>{"    a <app>       Foo bar", "    bbbbbbbbbbb   Baz"});
    CHECK(subcommands::to_columns({}).empty());
}

TEST_CASE("letsencrypt:help begins with the official lines", "[subcommands][dokku-1.6]") {
    const auto text = subcommands::render_help({{"list", "", "List them"}});
    CHECK(text ==
          std::vector<std::string>{"Usage: dokku letsencrypt[:COMMAND]", "",
                                   "Manage the letsencrypt integration", "",
                                   "Additional commands:", "    letsencrypt:list   List them"});
}
