#include "hooks/after_copy.h"

#include "hooks/app_copy.h"
#include "hooks/app_facts.h"
#include "hooks/mark_due.h"
#include "store/local_store.h"

namespace hooks {

base::Result<void> after_rename(const dokku::Environment& environment, const dokku::Log& log,
                                const dokku::AppName& from, const dokku::AppName& to,
                                base::UtcTime now) {
    const store::LocalStore store{environment.global_root()};
    const OldApp old = read_old_app(environment, store, from);
    if (auto moved = store.copy_state(from.text(), to.text()); !moved) log.warn(moved.error());
    if (auto adopted = adopt_rename(environment, from, to, old); !adopted) {
        log.warn(adopted.error());
    }
    // No certificate store of its own yet: the retry job makes one.
    return mark_renamed_due(environment, store, to, now);
}

base::Result<void> after_clone(const dokku::Environment& environment, const dokku::Log& log,
                               const dokku::AppName& from, const dokku::AppName& to) {
    const store::LocalStore store{environment.global_root()};
    return adopt_clone(environment, log, from, to, read_old_app(environment, store, from));
}

}  // namespace hooks
