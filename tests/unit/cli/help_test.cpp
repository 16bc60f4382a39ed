#include "cli/help.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"

TEST_CASE("help names the commands whose executable is there", "[cli][dokku-1.6]") {
    const test::DokkuHost host;
    const auto subcommands = host.environment.plugin_directory / "subcommands";
    CHECK(cli::installed_subcommands(host.environment).empty());
    test::DokkuHost::write(subcommands / "set", "");
    test::DokkuHost::write(subcommands / "active", "");
    test::DokkuHost::write(subcommands / "unknown", "");
    const auto entries = cli::installed_subcommands(host.environment);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].name == "active");
    CHECK(entries[1].name == "set");
}

TEST_CASE("help lines have four blanks in front and one comma", "[cli][dokku-1.6]") {
    const test::DokkuHost host;
    for (const cli::Subcommand& subcommand : cli::all_subcommands())
        test::DokkuHost::write(host.environment.plugin_directory / "subcommands" / subcommand.name,
                               "");
    const auto lines = cli::render_help_lines(cli::installed_subcommands(host.environment));
    CHECK(lines.size() == cli::all_subcommands().size());
    CHECK(std::is_sorted(lines.begin(), lines.end()));
    for (const auto& line : lines) {
        CAPTURE(line);
        CHECK(line.starts_with("    letsencrypt:"));
        CHECK(std::count(line.begin(), line.end(), ',') == 1);
    }
    CHECK(cli::help_summary() == "    letsencrypt, Manage the letsencrypt integration");
}

TEST_CASE("help names the options", "[cli][dokku-1.6]") {
    const test::DokkuHost host;
    for (const char* name : {"account", "auto-renew", "enable", "revoke"})
        test::DokkuHost::write(host.environment.plugin_directory / "subcommands" / name, "");
    const auto entries = cli::installed_subcommands(host.environment);
    REQUIRE(entries.size() == 4);
    CHECK(entries[0].arguments == "show|rollover|register|deactivate [<app>] [--format json]");
    CHECK(entries[1].arguments == "[<app>] [--dry-run]");
    // What the official plugin has stays in front.
    CHECK(entries[2].arguments == "<app> [--force] [--strict] [--dry-run]");
    CHECK(entries[2].description.find("--all") != std::string_view::npos);
    CHECK(entries[3].arguments == "<app> [--reason <reason>]");
}

TEST_CASE("columns are as column -t -s, makes them", "[cli][dokku-1.6]") {
    CHECK(cli::to_columns({"    a <app>, Foo bar", "    bbbbbbbbbbb, Baz"}) ==
          std::vector<std::string>{"    a <app>       Foo bar", "    bbbbbbbbbbb   Baz"});
    CHECK(cli::to_columns({}).empty());
}

TEST_CASE("letsencrypt:help begins with the official lines", "[cli][dokku-1.6]") {
    const auto text = cli::render_help({{.name = "list", .description = "List them"}});
    CHECK(text ==
          std::vector<std::string>{"Usage: dokku letsencrypt[:COMMAND]", "",
                                   "Manage the letsencrypt integration", "",
                                   "Additional commands:", "    letsencrypt:list   List them"});
}

TEST_CASE("of the words that Dokku asks for, help alone is ours", "[cli][dokku-1.4]") {
    test::DokkuHost host;
    for (const char* word : {"", "letsencrypt:enabel", "certs:help"}) {
        CAPTURE(word);
        CHECK(cli::answer_word(host.environment, host.log(), word) == cli::ExitCode::not_ours);
    }
    CHECK(host.logged.out.empty());
    CHECK(cli::answer_word(host.environment, host.log(), "help") == cli::ExitCode::done);
    CHECK(host.logged.out == cli::help_summary() + "\n");
    host.logged.out.clear();
    CHECK(cli::answer_word(host.environment, host.log(), "letsencrypt:help") ==
          cli::ExitCode::done);
    CHECK(host.logged.out.starts_with("Usage: dokku letsencrypt[:COMMAND]\n"));
    CHECK(host.logged.err.empty());
}
