#include "subcommands/help.h"

#include <algorithm>
#include <array>
#include <unistd.h>

#include "base/file.h"
#include "dokku/log.h"

namespace subcommands {
namespace {

constexpr std::string_view kAbout = "Manage the letsencrypt integration";

/// Sorted by command, as `sort` would.
constexpr std::array<HelpEntry, 17> kEntries{{
    {"account", "show|rollover|register|deactivate [<app>] [--format json]",
     "Show the account at the CA or give it a new key or make another or deactivate it"},
    {"active", "<app>", "Show whether an app is served with a certificate from letsencrypt"},
    {"auto-renew", "[<app>] [--dry-run]",
     "Renew the certificates that are due for one app or for all"},
    {"cleanup", "<app>", "Remove the stale certificate directories of an app"},
    {"cron-job", "[--add|--remove]", "Show or switch the cron job that renews certificates"},
    {"disable", "<app>", "Disable letsencrypt for an app and remove its certificate"},
    {"enable", "<app> [--force] [--strict] [--dry-run]",
     "Get a certificate for an app (with --all for every app) and serve it over HTTPS"},
    {"exclude", "<app> <domain>|<pattern>...", "Leave domains out of an app's certificates"},
    {"explain", "[<cause>]", "Tell what a cause shown by status means and what to do"},
    {"help", "", "Show this help"},
    {"include", "<app> <domain>|<pattern>...", "Take back what exclude was told"},
    {"list", "", "List the apps with a certificate from letsencrypt and when it expires"},
    {"report", "[<app>|--global] [<flag>] [--format json]",
     "Show the letsencrypt settings and state of one app or of all"},
    {"retry", "<app>", "Look now at what an app waits for and order what is ready"},
    {"revoke", "<app> [--reason <reason>]", "Revoke the certificate of an app and remove it"},
    {"set", "<app>|--global <property> (<value>)", "Set or clear a letsencrypt property"},
    {"status", "[<app>] [--format json] [--watch]",
     "Show what each name of an app has and what it waits for"},
}};

}  // namespace

std::string help_summary() {
    return "    letsencrypt, " + std::string{kAbout};
}

std::vector<HelpEntry> help_entries(const dokku::Environment& environment) {
    std::vector<HelpEntry> entries;
    std::copy_if(
        kEntries.begin(), kEntries.end(), std::back_inserter(entries), [&](const HelpEntry& entry) {
            return base::file_exists(environment.plugin_directory / "subcommands" / entry.command);
        });
    return entries;
}

std::vector<std::string> render_help_lines(const std::vector<HelpEntry>& entries) {
    std::vector<std::string> lines;
    for (const HelpEntry& entry : entries) {
        std::string line = "    letsencrypt:" + std::string{entry.command};
        if (!entry.arguments.empty()) line += " " + std::string{entry.arguments};
        lines.push_back(line + ", " + std::string{entry.description});
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

std::vector<std::string> render_help(const std::vector<HelpEntry>& entries) {
    std::vector<std::string> text{"Usage: dokku letsencrypt[:COMMAND]", "", std::string{kAbout}, "",
                                  "Additional commands:"};
    const auto columns = to_columns(render_help_lines(entries));
    text.insert(text.end(), columns.begin(), columns.end());
    return text;
}

bool parent_wants_all() {
    const auto command_line = base::read_file("/proc/" + std::to_string(::getppid()) + "/cmdline");
    return command_line && command_line->find("--all") != std::string::npos;
}

}  // namespace subcommands
