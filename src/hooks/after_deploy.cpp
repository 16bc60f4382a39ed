#include "hooks/after_deploy.h"

#include "hooks/mark_due.h"
#include "store/local_store.h"

namespace hooks {

base::Result<void> after_deploy(const dokku::Environment& environment, const dokku::Log& log,
                                const dokku::AppName& app, base::UtcTime now) {
    if (!environment.run.empty()) return {};
    const store::LocalStore store{environment.global_root()};
    const auto marked = mark_deployed_due(environment, store, app, now);
    if (!marked) return marked.error();
    if (*marked) {
        log.verbose("Letsencrypt looks after the certificate of " + app.text() +
                    " within a minute");
    }
    return {};
}

}  // namespace hooks
