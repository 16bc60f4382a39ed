#include "host/cron.h"

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "dokku/terminal.h"
#include "host/installation.h"

namespace host {
namespace {

base::Path cron_minute_file(const dokku::Environment& environment) {
    return environment.global_root() / "cron-minute";
}

}  // namespace

std::optional<CronMinute> parse_cron_minute(std::string_view text) {
    const auto words = base::split_words(text);
    if (words.size() != 2) return std::nullopt;
    const auto minute = base::parse_integer(words[0]);
    const auto hour = base::parse_integer(words[1]);
    if (!minute || *minute < 0 || *minute > 59 || !hour || *hour < 0 || *hour > 11) {
        return std::nullopt;
    }
    return CronMinute{static_cast<int>(*minute), static_cast<int>(*hour)};
}

std::optional<CronMinute> read_cron_minute(const dokku::Environment& environment) {
    const auto text = base::read_file(cron_minute_file(environment));
    return text ? parse_cron_minute(*text) : std::nullopt;
}

CronMinute keep_cron_minute(const dokku::Environment& environment) {
    if (const auto kept = read_cron_minute(environment)) return *kept;
    const CronMinute drawn{static_cast<int>(base::random_below(60)),
                           static_cast<int>(base::random_below(12))};
    // Where it cannot be kept, the next crontab just gets another minute.
    (void)base::replace_file(cron_minute_file(environment),
                             std::to_string(drawn.minute) + " " + std::to_string(drawn.hour) + "\n",
                             0644);
    return drawn;
}

bool is_autorenew_enabled(const dokku::Environment& environment) {
    return base::file_exists(environment.global_root() / "autorenew");
}

std::vector<std::string> cron_entries(const dokku::Environment& environment) {
    std::vector<std::string> entries;
    if (!is_autorenew_enabled(environment)) return entries;
    // Our folder is about to be removed: a line would name what is not there.
    if (read_installation(environment) == Installation::uninstalled) return entries;
    const std::string log = ";" + std::string{dokku::kLogFile};
    if (base::file_exists(environment.plugin_directory / "subcommands" / "auto-renew")) {
        const CronMinute at = keep_cron_minute(environment);
        entries.push_back(std::to_string(at.minute) + " " + std::to_string(at.hour) + "," +
                          std::to_string(at.hour + 12) +
                          " * * *;dokku letsencrypt:auto-renew --scheduled --timestamps" + log);
    }
    const base::Path every_minute = environment.plugin_directory / "cron";
    // A path with a `;` or a blank would break the crontab of all plugins.
    if (base::file_exists(every_minute) &&
        every_minute.string().find_first_of("; \t\n%") == std::string::npos) {
        entries.push_back("* * * * *;" + every_minute.string() + " --timestamps" + log);
    }
    return entries;
}

}  // namespace host
