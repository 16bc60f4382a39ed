#include "cli/subcommand_table.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/directory.h"
#include "base/file.h"

using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kRepository = TEST_DATA_DIR "/../..";

std::string read_repository_file(const std::string& path) {
    const auto text = base::read_file(kRepository + "/" + path);
    INFO(path);
    REQUIRE(text);
    return *text;
}

/// `letsencrypt` without a command is `default`, and a copy of that is installed as `help`.
std::string subcommand_of(const std::string& executable) {
    return executable == "default" ? "help" : executable;
}

/// What the build makes of each `suite_trigger(NAME IN subcommands [LIGHT] ...)`.
std::map<std::string, cli::Weight> built_subcommands() {
    constexpr std::string_view kCall = "suite_trigger(";
    const std::string build = read_repository_file("triggers/CMakeLists.txt");
    std::map<std::string, cli::Weight> built;
    for (auto at = build.find(kCall); at != std::string::npos; at = build.find(kCall, at + 1)) {
        const auto name = at + kCall.size();
        const std::string call = build.substr(name, build.find(')', name) - name) + " ";
        if (call.find(" IN subcommands ") == std::string::npos) continue;
        const bool is_light = call.find(" LIGHT ") != std::string::npos;
        built[subcommand_of(call.substr(0, call.find(' ')))] =
            is_light ? cli::Weight::light : cli::Weight::heavy;
    }
    return built;
}

}  // namespace

TEST_CASE("the table of subcommands is sorted and names each once", "[cli][dokku-1.6]") {
    const auto& table = cli::all_subcommands();
    REQUIRE_FALSE(table.empty());
    for (std::size_t i = 0; i < table.size(); ++i) {
        CAPTURE(table[i].name);
        CHECK((i == 0 || table[i - 1].name < table[i].name));
        CHECK(cli::find_subcommand(table[i].name) == &table[i]);
    }
    CHECK(cli::find_subcommand("") == nullptr);
    CHECK(cli::find_subcommand("enabled") == nullptr);
}

TEST_CASE("each subcommand is told in both places", "[cli][dokku-1.6]") {
    for (const cli::Subcommand& subcommand : cli::all_subcommands()) {
        CAPTURE(subcommand.name);
        CHECK_FALSE(subcommand.description.empty());
        // Dokku takes it for the end of a column.
        CHECK(subcommand.description.find(',') == std::string_view::npos);
        CHECK(subcommand.arguments.find(',') == std::string_view::npos);
        CHECK(subcommand.about.ends_with('.'));
        CHECK(cli::usage_of(subcommand).starts_with("letsencrypt"));
    }
    CHECK(cli::usage_of(*cli::find_subcommand("list")) == "letsencrypt:list");
    CHECK(cli::usage_of(*cli::find_subcommand("active")) == "letsencrypt:active <app>");
    CHECK(cli::usage_of(*cli::find_subcommand("retry")) == "letsencrypt:retry <app> | --due");
}

TEST_CASE("--help tells every flag but those that cron alone gives", "[cli]") {
    const std::set<std::string_view> untold{"--scheduled", cli::kTimestamps, "-f"};
    for (const cli::Subcommand& subcommand : cli::all_subcommands()) {
        for (const auto* flags : {&subcommand.syntax.switches, &subcommand.syntax.options}) {
            for (const std::string_view flag : *flags) {
                if (untold.contains(flag)) continue;
                CAPTURE(subcommand.name);
                CHECK_THAT(cli::usage_of(subcommand), ContainsSubstring(std::string{flag}));
            }
        }
    }
}

TEST_CASE("the build makes the executables of the table, light and heavy as it says", "[cli]") {
    const auto built = built_subcommands();
    for (const auto& [name, weight] : built) {
        INFO("triggers/CMakeLists.txt has " << name << ", the table does not");
        CHECK(cli::find_subcommand(name) != nullptr);
    }
    for (const cli::Subcommand& subcommand : cli::all_subcommands()) {
        const auto found = built.find(std::string{subcommand.name});
        INFO("in triggers/CMakeLists.txt, and LIGHT exactly if the table has it light: "
             << subcommand.name);
        CHECK((found != built.end() && found->second == subcommand.weight));
    }
}

TEST_CASE("each main runs the entry of its own name", "[cli]") {
    const auto mains = base::list_directory(kRepository + "/triggers/subcommands");
    REQUIRE(mains);
    CHECK(mains->size() == cli::all_subcommands().size());
    for (const std::string& main : *mains) {
        REQUIRE(main.ends_with(".cpp"));
        const std::string name = subcommand_of(main.substr(0, main.size() - 4));
        CAPTURE(main);
        CHECK(cli::find_subcommand(name) != nullptr);
        const std::string text = read_repository_file("triggers/subcommands/" + main);
        CHECK_THAT(text, ContainsSubstring("argc, argv, \"" + name + "\","));
    }
}

TEST_CASE("README.md has every subcommand", "[cli]") {
    const std::string readme = read_repository_file("README.md");
    for (const cli::Subcommand& subcommand : cli::all_subcommands())
        CHECK_THAT(readme, ContainsSubstring("`letsencrypt:" + std::string{subcommand.name}));
}
