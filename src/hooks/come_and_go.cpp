#include "hooks/come_and_go.h"

#include "hooks/adopt_official_apps.h"
#include "hooks/adopter.h"
#include "hooks/catch_up.h"
#include "hooks/restore_pairs.h"
#include "host/setup.h"
#include "host/teardown.h"
#include "store/local_store.h"

namespace hooks {
namespace {

void warn_if_failed(const dokku::Log& log, const base::Result<void>& done) {
    if (!done) log.warn(done.error());
}

}  // namespace

base::Result<void> after_install(const dokku::Environment& environment, const dokku::Log& log,
                                 base::UtcTime now) {
    if (auto ready = host::prepare_as_root(environment, log); !ready) return ready;
    const store::LocalStore store{environment.global_root()};
    warn_if_failed(log, restore_pairs(environment, store));
    warn_if_failed(log, adopt_official_apps(environment, store, log));
    warn_if_failed(log, catch_up_after_absence(environment, store, log, now));
    if (auto done = host::set_up_host(environment, log); !done) return done;
    run_adopter(environment, log);
    return {};
}

base::Result<void> before_uninstall(const dokku::Environment& environment, const dokku::Log& log,
                                    base::UtcTime now) {
    if (auto ready = host::tear_down_as_root(environment, log); !ready) return ready;
    // No hook of ours puts them back any more, and nginx would load nothing for any app.
    const store::LocalStore store{environment.global_root()};
    warn_if_failed(log, restore_pairs(environment, store));
    tell_unfinished_removals(environment, log);
    host::tear_down_host(environment, log, now);
    return {};
}

}  // namespace hooks
