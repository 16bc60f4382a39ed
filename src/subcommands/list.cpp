#include "subcommands/list.h"

#include <algorithm>
#include <tuple>

#include "base/duration_text.h"
#include "dokku/property.h"
#include "settings/default_renewal_margin.h"
#include "settings/settings.h"
#include "tls/certs.h"

namespace subcommands {
namespace {

constexpr std::string_view kGraceperiod = "graceperiod";

/// The app's own graceperiod or the host's, else what the lifetime says; nothing else of its
/// settings is read.
base::Result<std::chrono::seconds> read_margin(const dokku::PropertyStore& store,
                                               const dokku::AppName& app, const std::string& global,
                                               const base::CertificateDates& dates) {
    const auto own = store.get(app, kGraceperiod);
    if (!own) return own.error();
    const std::string& set = own->empty() ? global : *own;
    if (set.empty()) return settings::default_renewal_margin(dates);
    return settings::parse_graceperiod(set);
}

}  // namespace

base::Result<std::vector<ActiveApp>> find_active_apps(const dokku::Environment& environment,
                                                      const dokku::Log& log,
                                                      const std::vector<dokku::AppName>& apps) {
    const dokku::PropertyStore store{environment};
    const auto global = store.get(dokku::Scope::global(), kGraceperiod);
    if (!global) return global.error();
    std::vector<ActiveApp> active;
    for (const dokku::AppName& app : apps) {
        const tls::CertificateStatus status = tls::read_certificate_status(environment, app);
        if (!status.active) continue;
        if (!status.dates) {
            log.warn(app.text() + ": " + (environment.tls_root(app) / "server.crt").string() +
                     " does not begin with a certificate that can be read");
            continue;
        }
        const auto margin = read_margin(store, app, *global, *status.dates);
        if (!margin) log.warn(app.text() + ": " + margin.error().message);
        active.push_back({app, status.dates->not_after,
                          margin.value_or(settings::default_renewal_margin(*status.dates))});
    }
    std::sort(active.begin(), active.end(), [](const ActiveApp& one, const ActiveApp& other) {
        return std::tie(one.expiration, one.app) < std::tie(other.expiration, other.app);
    });
    return active;
}

std::vector<std::string> render_list(const std::vector<ActiveApp>& apps, base::UtcTime now) {
    std::vector<std::string> rows;
    rows.reserve(apps.size());
    for (const ActiveApp& each : apps) {
        rows.push_back(dokku::to_message_row({each.app.text(), base::to_local(each.expiration),
                                              base::to_duration_text(each.expiration - now),
                                              base::to_duration_text(each.renewal() - now)}));
    }
    return rows;
}

base::Result<void> print_list(const dokku::Environment& environment, const dokku::Log& log,
                              base::UtcTime now) {
    log.plain_quiet(dokku::to_heading_row(
        {"App name", "Certificate Expiry", "Time before expiry", "Time before renewal"}));
    const auto apps = dokku::list_apps(environment);
    if (!apps) return apps.error();
    if (apps->empty()) {
        // Said, but no failure: the official list goes on behind the same message.
        log.warn(dokku::no_apps_error().message);
        return {};
    }
    const auto active = find_active_apps(environment, log, *apps);
    if (!active) return active.error();
    log.lines(render_list(*active, now));
    return {};
}

}  // namespace subcommands
