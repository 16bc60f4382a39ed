#include "dokku/disable.h"

#include "base/directory.h"
#include "dokku/trigger.h"

namespace dokku {

base::Result<void> disable_app(const Environment& environment, const Log& log, const AppName& app) {
    log.info1("Disabling letsencrypt for app");  // literally so: the official line names no app
    log.verbose("Removing letsencrypt files for " + app.text());
    const base::Path files = environment.app_root(app) / "letsencrypt";
    if (auto removed = base::remove_tree(files); !removed) return removed;
    log.verbose("Removing SSL endpoint from " + app.text());
    if (auto removed = base::remove_tree(environment.tls_root(app)); !removed) return removed;
    for (const auto* trigger : {"post-certs-remove", "post-domains-update"}) {
        auto fired = require_trigger(environment, app, trigger, {app.text()});
        if (!fired) return fired;
    }
    log.info1("Done");
    return {};
}

}  // namespace dokku
