#include "subcommands/report.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "dokku/property.h"
#include "host/cron.h"
#include "host/next_run.h"
#include "json/writer.h"
#include "settings/properties.h"
#include "settings/read_settings.h"
#include "store/app_summary.h"
#include "store/local_store.h"
#include "tls/certs.h"

namespace subcommands {
namespace {

constexpr std::string_view kFlagPrefix = "--letsencrypt-";

/// The value alone where it is the host's, else three rows.
void add_setting(std::vector<ReportRow>& rows, const settings::Property& property,
                 const std::string& name, const settings::Setting& setting) {
    if (property.scope == settings::Scope::host) {
        rows.push_back({"global-" + name, setting.computed, property.is_secret});
        return;
    }
    const std::array<std::pair<std::string, std::string>, 3> triple{
        {{"computed-" + name, setting.computed},
         {"global-" + name, setting.global},
         {name, setting.app}}};
    for (const auto& [row, value] : triple) {
        const bool is_shown = property.rows == settings::Rows::all || !value.empty();
        if (is_shown) rows.push_back({row, value, property.is_secret});
    }
}

void add_property(std::vector<ReportRow>& rows, const settings::Property& property,
                  const settings::Settings& settings) {
    if (!property.is_prefix()) {
        add_setting(rows, property, std::string{property.key}, settings.*property.field);
        return;
    }
    for (const auto& [name, setting] : settings.dns_variables)
        add_setting(rows, property, std::string{property.prefix()} + name, setting);
}

void insert_after(std::vector<ReportRow>& rows, std::string_view name, ReportRow row) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const ReportRow& one) { return one.name == name; });
    rows.insert(found == rows.end() ? found : std::next(found), std::move(row));
}

std::string flag_of(const ReportRow& row) {
    return std::string{kFlagPrefix} + row.name;
}

/// `computed-email` -> `Letsencrypt computed email:`
std::string label_of(const ReportRow& row) {
    std::string label = "Letsencrypt " + row.name + ":";
    for (char& c : label) {
        if (c == '-') c = ' ';
    }
    return label;
}

/// `2026-11-21 06:24 UTC, 3 renewed, 0 failed`
std::string describe(const store::LastRun& run) {
    return base::to_readable(run.at) + ", " + std::to_string(run.renewed) + " renewed, " +
           std::to_string(run.failed) + " failed";
}

std::string describe_last(const ReportFacts& facts) {
    std::string last = facts.last_run ? describe(*facts.last_run) : "";
    if (!facts.is_overdue) return last;
    return last.empty() ? "none (no-renewal-run)" : last + " (no-renewal-run)";
}

/// A certificate that no run looks after is not `ok`.
std::string status_of(const ReportFacts& facts) {
    return facts.is_overdue && facts.status == "ok" ? "failing" : facts.status;
}

/// Reads apps one after the other; the host's own settings only once.
class Reporter {
  public:
    static base::Result<Reporter> open(const dokku::Environment& environment) {
        auto global = dokku::PropertyStore{environment}.get_all(dokku::Scope::global());
        if (!global) return std::move(global).error();
        return Reporter{environment, *std::move(global)};
    }

    base::Result<std::vector<ReportRow>> rows(const dokku::AppName& app) const {
        const auto own = dokku::PropertyStore{environment_}.get_all(app);
        if (!own) return own.error();
        const tls::CertificateStatus status = tls::read_certificate_status(environment_, app);
        std::optional<base::UtcTime> expiration;
        if (status.dates) expiration = status.dates->not_after;
        store::AppSummary known = store::read_summary(store_, app.text());
        return report_rows({status.active, autorenew_, expiration,
                            settings::resolve_settings(*own, global_), std::move(known.status),
                            last_run_, next_run_, is_overdue_, known.renews_at,
                            std::move(known.renewal_explanation)});
    }

    std::vector<ReportRow> host_rows() const {
        return global_rows(
            report_rows({false, autorenew_, std::nullopt, settings::resolve_settings({}, global_),
                         "", last_run_, next_run_, is_overdue_}));
    }

  private:
    Reporter(const dokku::Environment& environment, dokku::Properties global)
        : environment_(environment),
          global_(std::move(global)),
          store_(environment.global_root()),
          autorenew_(host::is_autorenew_enabled(environment)),
          last_run_(store::read_last_run(environment.global_root())),
          next_run_(host::next_run(environment, base::SystemClock{}.now())),
          is_overdue_(host::without_run_since(environment, base::SystemClock{}.now()).has_value()) {
    }

    const dokku::Environment& environment_;
    dokku::Properties global_;
    store::LocalStore store_;
    bool autorenew_;
    std::optional<store::LastRun> last_run_;
    std::optional<base::UtcTime> next_run_;
    bool is_overdue_;
};

void print_rows(const dokku::Log& log, std::string_view title, const std::vector<ReportRow>& rows,
                Secrets secrets) {
    log.info2_quiet(std::string{title} + " letsencrypt information");
    log.lines(render_report(rows, secrets));
}

base::Result<void> print_one(const dokku::Log& log, std::string_view title,
                             const std::vector<ReportRow>& rows, const ReportRequest& request) {
    if (!request.flag.empty()) {
        const auto value = find_report_value(rows, request.flag);
        if (!value) return value.error();
        log.plain(*value);
    } else if (request.format == "json") {
        log.plain(render_report_json(rows));
    } else {
        print_rows(log, title, rows, Secrets::shown);
    }
    return {};
}

/// An app that cannot be reported does not keep the others from being reported.
void print_all(const dokku::Log& log, const Reporter& reporter,
               const std::vector<dokku::AppName>& apps, const ReportRequest& request) {
    for (const dokku::AppName& app : apps) {
        const auto rows = reporter.rows(app);
        if (!rows) {
            log.warn(rows.error().message);
            continue;
        }
        if (auto printed = print_one(log, app.text(), *rows, request); !printed) {
            log.warn(printed.error().message);
        }
    }
}

}  // namespace

std::vector<ReportRow> report_rows(const ReportFacts& facts) {
    std::vector<ReportRow> rows;
    rows.push_back({"active", facts.active ? "true" : "false"});
    rows.push_back({"autorenew", facts.autorenew ? "true" : "false"});
    for (const settings::Property& property : settings::properties())
        add_property(rows, property, facts.settings);
    // These two stand among the properties and are none.
    insert_after(rows, "email",
                 {"expiration", facts.expiration ? std::to_string(base::to_unix(*facts.expiration))
                                                 : std::string{}});
    insert_after(rows, "auto-issue-timeout",
                 {"excluded", base::join(facts.settings.excluded, " ")});
    rows.push_back({"status", status_of(facts)});
    rows.push_back({"renewal-time", facts.renews_at ? base::to_readable(*facts.renews_at) : ""});
    rows.push_back({"renewal-explanation", base::printable(facts.renewal_explanation)});
    rows.push_back({"global-last-run", describe_last(facts)});
    rows.push_back({"global-next-run", facts.next_run ? base::to_readable(*facts.next_run) : ""});
    return rows;
}

std::vector<ReportRow> global_rows(const std::vector<ReportRow>& rows) {
    std::vector<ReportRow> result;
    for (const ReportRow& row : rows) {
        if (flag_of(row).find("-global-") != std::string::npos) result.push_back(row);
    }
    return result;
}

std::vector<std::string> render_report(const std::vector<ReportRow>& rows, Secrets secrets) {
    constexpr std::string_view kIndent = "       ";
    std::vector<std::string> lines;
    lines.reserve(rows.size());
    for (const ReportRow& row : rows) {
        const bool is_hidden = secrets == Secrets::redacted && row.is_secret && !row.value.empty();
        lines.push_back(std::string{kIndent} + dokku::pad(label_of(row), 30) + ' ' +
                        dokku::pad(is_hidden ? "****" : row.value, 25));
    }
    return lines;
}

std::string render_report_json(const std::vector<ReportRow>& rows) {
    json::Writer writer;
    writer.begin_object();
    for (const ReportRow& row : rows)
        writer.member(row.name, row.value);
    writer.end_object();
    return writer.text();
}

base::Result<std::string> find_report_value(const std::vector<ReportRow>& rows,
                                            std::string_view flag) {
    std::vector<std::string> flags;
    for (const ReportRow& row : rows) {
        flags.push_back(flag_of(row));
        if (flags.back() != flag) continue;
        if (row.value.empty()) return base::fail(base::ErrorKind::not_found, "not deployed");
        return row.value;
    }
    return base::fail(base::ErrorKind::invalid_input,
                      "Invalid flag passed, valid flags: " + base::join(flags, " "));
}

ReportRequest to_report_request(const std::string& first, const std::string& second) {
    const bool names_app = !first.empty() && !first.starts_with("--");
    ReportRequest request;
    request.app = names_app ? first : "";
    request.flag = names_app ? second : first;
    return request;
}

base::Result<void> print_report(const dokku::Environment& environment, const dokku::Log& log,
                                const ReportRequest& request) {
    // Apps come first, even for --global, as officially: a host without any is an error.
    const auto apps = dokku::list_apps(environment);
    if (!apps) return apps.error();
    if (apps->empty()) return dokku::no_apps_error();
    const bool is_text = request.format.empty() || request.format == "stdout";
    if (!is_text && !request.flag.empty()) {
        return base::fail(base::ErrorKind::invalid_input,
                          "--format flag cannot be specified when specifying an info flag");
    }
    const auto reporter = Reporter::open(environment);
    if (!reporter) return reporter.error();
    if (request.global) return print_one(log, "global", reporter->host_rows(), request);
    if (request.app.empty()) {
        print_all(log, *reporter, *apps, request);
        return {};
    }
    const auto app = dokku::verify_app(environment, request.app);
    if (!app) return app.error();
    const auto rows = reporter->rows(*app);
    if (!rows) return rows.error();
    return print_one(log, app->text(), *rows, request);
}

base::Result<void> print_redacted_report(const dokku::Environment& environment,
                                         const dokku::Log& log, const dokku::AppName& app) {
    const auto reporter = Reporter::open(environment);
    if (!reporter) return reporter.error();
    const auto rows = reporter->rows(app);
    if (!rows) return rows.error();
    print_rows(log, app.text(), *rows, Secrets::redacted);
    return {};
}

}  // namespace subcommands
