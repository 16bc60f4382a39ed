#include "host/crontab.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "host/cron.h"

namespace host {
namespace {

/// Nothing if it cannot be known.
std::optional<std::string> read_crontab(const dokku::Environment& environment) {
    constexpr std::chrono::seconds kDeadline{10};
    std::string text;
    base::Command command;
    command.argv = {"crontab", "-l", "-u", environment.system_user};
    command.deadline = kDeadline;
    command.on_output = [&](std::string_view line) { text += std::string{line} + "\n"; };
    command.on_error = [](std::string_view) {};  // "no crontab for dokku"
    const auto ended = base::run(command);
    if (!ended || ended->timed_out) return std::nullopt;
    return ended->ok() ? text : std::string{};
}

/// The second field of `SCHEDULE;COMMAND;LOG`.
std::string_view command_of(std::string_view entry) {
    entry.remove_prefix(std::min(entry.find(';') + 1, entry.size()));
    return entry.substr(0, entry.find(';'));
}

}  // namespace

bool crontab_lacks_entries(const dokku::Environment& environment) {
    const auto entries = cron_entries(environment);
    if (entries.empty()) return false;
    const auto crontab = read_crontab(environment);
    if (!crontab) return false;
    return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
        // Between a schedule and where the output goes.
        const std::string command = " " + std::string{command_of(entry)} + " ";
        return crontab->find(command) == std::string::npos;
    });
}

}  // namespace host
