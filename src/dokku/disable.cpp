#include "dokku/disable.h"

#include "dokku/certificate_store.h"
#include "dokku/hsts.h"
#include "dokku/removal_marker.h"
#include "dokku/remove_pair.h"
#include "dokku/tls_exchange.h"

namespace dokku {

base::Result<void> disable_app(const Environment& environment, const Log& log, const AppName& app) {
    log.info1("Disabling letsencrypt for app");  // literally so: the official line names no app
    if (const auto warning = hsts_warning(environment, app)) log.warn(*warning);
    // What an earlier one left that was killed; the mark is to name the pair that is removed.
    if (auto healed = heal_tls(environment.app_root(app)); !healed) return healed;
    if (auto marked = mark_removal(environment, app, RemovalKind::disable); !marked) return marked;
    log.verbose("Removing letsencrypt files for " + app.text());
    if (auto removed = remove_certificate_store(environment, app); !removed) return removed;
    log.verbose("Removing SSL endpoint from " + app.text());
    if (auto removed = remove_pair(environment, app); !removed) return removed;
    log.info1("Done");
    return {};
}

}  // namespace dokku
