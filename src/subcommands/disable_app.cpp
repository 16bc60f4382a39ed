#include "subcommands/disable_app.h"

#include "host/remove_pair.h"
#include "nginx/hsts.h"
#include "tls/certificate_store.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

namespace subcommands {

base::Result<void> disable_app(const dokku::Environment& environment, const dokku::Log& log,
                               const dokku::AppName& app) {
    log.info1("Disabling letsencrypt for app");  // literally so: the official line names no app
    if (const auto warning = nginx::hsts_warning(environment, app)) log.warn(*warning);
    // What an earlier one left that was killed; the mark is to name the pair that is removed.
    if (auto healed = tls::heal_tls(environment.app_root(app)); !healed) return healed;
    if (auto marked = tls::mark_removal(environment, app, tls::RemovalKind::disable); !marked)
        return marked;
    log.verbose("Removing letsencrypt files for " + app.text());
    if (auto removed = tls::remove_certificate_store(environment, app); !removed) return removed;
    log.verbose("Removing SSL endpoint from " + app.text());
    if (auto removed = host::remove_pair(environment, app); !removed) return removed;
    log.info1("Done");
    return {};
}

}  // namespace subcommands
