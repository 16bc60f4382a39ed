#include "dokku/disable.h"

#include "base/directory.h"
#include "dokku/certificate_store.h"
#include "dokku/hsts.h"
#include "dokku/trigger.h"

namespace dokku {

base::Result<void> disable_app(const Environment& environment, const Log& log, const AppName& app) {
    log.info1("Disabling letsencrypt for app");  // literally so: the official line names no app
    if (const auto warning = hsts_warning(environment, app)) log.warn(*warning);
    log.verbose("Removing letsencrypt files for " + app.text());
    if (auto removed = remove_certificate_store(environment, app); !removed) return removed;
    log.verbose("Removing SSL endpoint from " + app.text());
    if (auto removed = base::remove_tree(environment.tls_root(app)); !removed) return removed;
    // Both, whatever the first says: without the rebuild nginx would look for the files that are
    // gone and refuse its whole configuration.
    base::Result<void> all_fired;
    for (const auto* trigger : {"post-certs-remove", "post-domains-update"}) {
        auto fired = require_trigger(environment, app, trigger, {app.text()});
        if (!fired && all_fired) all_fired = std::move(fired);
    }
    if (!all_fired) return all_fired;
    log.info1("Done");
    return {};
}

}  // namespace dokku
