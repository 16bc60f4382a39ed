#include "hooks/restore_pairs.h"

#include "base/directory.h"
#include "dokku/removal_marker.h"
#include "dokku/tls_exchange.h"

namespace hooks {

base::Result<void> restore_pairs(const dokku::Environment& environment,
                                 const store::LocalStore& store) {
    base::Result<void> all;
    for (const dokku::PendingRemoval& removal : dokku::pending_removals(environment)) {
        const base::Path root = environment.app_root(removal.app);
        if (!removal.is_cut_short() || !base::directory_exists(root)) continue;
        // Somebody finishes it just now.
        const auto lock = store.try_lock_app(removal.app.text());
        if (!lock) continue;
        auto healed = dokku::heal_tls(root);
        if (!healed && all) all = std::move(healed);
    }
    return all;
}

}  // namespace hooks
