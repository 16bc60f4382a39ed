#include "hooks/restore_pairs.h"

#include "base/directory.h"
#include "tls/certs.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

namespace hooks {
namespace {

std::string describe(const tls::PendingRemoval& removal) {
    const std::string& app = removal.app.text();
    return "The certificate of " + app +
           " was being removed when that command was killed; it is still served. Remove it with: "
           "dokku certs:remove " +
           app;
}

}  // namespace

base::Result<void> restore_pairs(const dokku::Environment& environment,
                                 const store::LocalStore& store) {
    base::Result<void> all;
    for (const tls::PendingRemoval& removal : tls::pending_removals(environment)) {
        const base::Path root = environment.app_root(removal.app);
        if (base::is_suspended(removal.writer)) {
            // It holds the app's lock, and goes on once it is woken.
            auto back = tls::put_tls_back(root);
            if (!back && all) all = std::move(back);
            continue;
        }
        if (!removal.is_cut_short() || !base::directory_exists(root)) continue;
        // Another process finishes it now.
        const auto lock = store.try_lock_app(removal.app.text());
        if (!lock) continue;
        auto healed = tls::heal_tls(root);
        if (!healed && all) all = std::move(healed);
    }
    return all;
}

void tell_unfinished_removals(const dokku::Environment& environment, const dokku::Log& log) {
    for (const tls::PendingRemoval& removal : tls::pending_removals(environment)) {
        const bool was_to_go = removal.kind != tls::RemovalKind::exchange;
        if (!was_to_go || !removal.is_cut_short() || !dokku::has_pair(environment, removal.app)) {
            continue;
        }
        log.warn(describe(removal));
    }
}

}  // namespace hooks
