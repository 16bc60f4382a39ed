#include "cli/help.h"

#include <algorithm>
#include <iterator>
#include <unistd.h>

#include "base/file.h"

namespace cli {
namespace {

constexpr std::string_view kAbout = "Manage the letsencrypt integration";

/// Was `dokku help --all` asked for? Only the command line of our parent tells.
bool parent_wants_all() {
    const auto command_line = base::read_file("/proc/" + std::to_string(::getppid()) + "/cmdline");
    return command_line && command_line->find("--all") != std::string::npos;
}

}  // namespace

std::string help_summary() {
    return "    letsencrypt, " + std::string{kAbout};
}

std::vector<Subcommand> installed_subcommands(const dokku::Environment& environment) {
    const base::Path folder = environment.plugin_directory / "subcommands";
    std::vector<Subcommand> installed;
    std::copy_if(
        all_subcommands().begin(), all_subcommands().end(), std::back_inserter(installed),
        [&](const Subcommand& subcommand) { return base::file_exists(folder / subcommand.name); });
    return installed;
}

std::vector<std::string> render_help_lines(const std::vector<Subcommand>& subcommands) {
    std::vector<std::string> lines;
    for (const Subcommand& subcommand : subcommands) {
        std::string line = "    letsencrypt:" + std::string{subcommand.name};
        if (!subcommand.arguments.empty()) line += " " + std::string{subcommand.arguments};
        lines.push_back(line + ", " + std::string{subcommand.description});
    }
    return lines;
}

std::vector<std::string> to_columns(const std::vector<std::string>& lines) {
    std::size_t width = 0;
    for (const std::string& line : lines)
        width = std::max(width, line.find(','));
    std::vector<std::string> result;
    for (const std::string& line : lines) {
        const auto comma = line.find(',');
        result.push_back(dokku::pad(line.substr(0, comma), width + 2) + line.substr(comma + 1));
    }
    return result;
}

std::vector<std::string> render_help(const std::vector<Subcommand>& subcommands) {
    std::vector<std::string> text{"Usage: dokku letsencrypt[:COMMAND]", "", std::string{kAbout}, "",
                                  "Additional commands:"};
    const auto columns = to_columns(render_help_lines(subcommands));
    text.insert(text.end(), columns.begin(), columns.end());
    return text;
}

void print_help(const dokku::Environment& environment, const dokku::Log& log) {
    log.lines(render_help(installed_subcommands(environment)));
}

ExitCode answer_word(const dokku::Environment& environment, const dokku::Log& log,
                     std::string_view word) {
    if (word == "letsencrypt:help") {
        print_help(environment, log);
        return ExitCode::done;
    }
    if (word != "help") return ExitCode::not_ours;
    if (parent_wants_all()) {
        log.lines(render_help_lines(installed_subcommands(environment)));
    } else {
        log.plain(help_summary());
    }
    return ExitCode::done;
}

}  // namespace cli
