#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "settings/settings.h"
#include "store/last_run.h"

namespace subcommands {

/// One line of `letsencrypt:report`. `name` is the flag without `--letsencrypt-`.
struct ReportRow {
    std::string name;
    std::string value;
    bool is_secret = false;
};

/// What a report tells about an app.
struct ReportFacts {
    bool active = false;
    bool autorenew = false;
    std::optional<base::UtcTime> expiration;
    settings::Settings settings;
    std::string status;                        ///< the app's summary: `ok`, `partial 2/3`, ...
    std::optional<store::LastRun> last_run;    ///< of the scheduled run
    std::optional<base::UtcTime> next_run;     ///< of the scheduled run
    bool is_overdue = false;                   ///< no-renewal-run: none has ended for too long
    std::optional<base::UtcTime> renews_at{};  ///< the app's certificate
    std::string renewal_explanation{};         ///< URL at which its CA says why then
};

enum class Secrets { shown, redacted };

/// All rows in the official order (docs/dokku.md 11.10), those of our own properties last.
std::vector<ReportRow> report_rows(const ReportFacts& facts);

/// The rows that `--global` keeps.
std::vector<ReportRow> global_rows(const std::vector<ReportRow>& rows);

/// Seven blanks, label in 30, value in 25; trailing blanks stay, scripts may count on columns.
std::vector<std::string> render_report(const std::vector<ReportRow>& rows, Secrets secrets);

/// One compact object; every value is a string.
std::string render_report_json(const std::vector<ReportRow>& rows);

/// The value of one flag. `not_found` with `not deployed` if it is empty, `invalid_input` with the
/// flags there are if there is no such flag.
base::Result<std::string> find_report_value(const std::vector<ReportRow>& rows,
                                            std::string_view flag);

/// What to report, as typed.
struct ReportRequest {
    std::string app;   ///< "" means all
    std::string flag;  ///< `--letsencrypt-...`; "" means all rows
    std::string format;
    bool global = false;
};

/// `[APP] [FLAG]`: the first word is the flag if it looks like one.
ReportRequest to_report_request(const std::string& first, const std::string& second);

/// The command: `letsencrypt:report`. Starts no process. `not_found` on a host without apps,
/// `unknown_app`, `invalid_input` for a flag with a format, `io` if settings cannot be read; else
/// it fails as `find_report_value` does.
base::Result<void> print_report(const dokku::Environment& environment, const dokku::Log& log,
                                const ReportRequest& request);

/// The trigger `report`: text for `dokku report`, without secrets. `io` if settings cannot be read.
base::Result<void> print_redacted_report(const dokku::Environment& environment,
                                         const dokku::Log& log, const dokku::AppName& app);

}  // namespace subcommands
