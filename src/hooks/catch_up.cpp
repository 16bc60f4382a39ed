#include "hooks/catch_up.h"

#include <cerrno>
#include <sys/stat.h>

#include "dokku/app.h"
#include "hooks/installed_pair.h"
#include "host/absence.h"
#include "store/switch_off.h"
#include "tls/certs.h"
#include "tls/removal_marker.h"

namespace hooks {
namespace {

/// A link that leads nowhere is there, too. What cannot be looked at is not gone.
base::Result<bool> is_there(const base::Path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) return true;
    const int why = errno;
    if (why == ENOENT || why == ENOTDIR) return false;
    return base::io_error("looking at", path, why);
}

/// Neither a file of a pair nor a certificate store.
base::Result<bool> is_all_gone(const dokku::Environment& environment, const dokku::AppName& app) {
    const base::Path tls = environment.tls_root(app);
    for (const base::Path& path :
         {tls / "server.crt", tls / "server.key", environment.certs_root(app) / "current"}) {
        const auto there = is_there(path);
        if (!there || *there) return there ? base::Result<bool>{false} : there;
    }
    return true;
}

/// No command put the pair there meanwhile: it was being removed, or was revoked and could not be
/// removed.
bool is_left_over(const dokku::Environment& environment, const store::AppState& state,
                  const dokku::AppName& app) {
    const auto removal = tls::pending_removal(environment, app);
    const bool was_to_go = removal && removal->kind != tls::RemovalKind::exchange;
    if (was_to_go && removal->pair == tls::stamp_pair(environment, app)) return true;
    const auto until = tls::read_expiration(environment, app);
    return !state.revoked.empty() && state.installed && until == state.installed->not_after;
}

bool had_certificate(const store::AppState& state) {
    return state.installed.has_value() || !state.covered.empty();
}

base::Result<void> note_switched_off(const store::LocalStore& store, const dokku::Log& log,
                                     const dokku::AppName& app) {
    log.info1("letsencrypt was switched off for " + app.text() +
              " meanwhile. To get a certificate again: dokku letsencrypt:enable " + app.text());
    return store.update_existing_state(app.text(), [](store::AppState& state) {
        state.installed.reset();
        store::switch_off(state);
    });
}

base::Result<void> note_enabled(const store::LocalStore& store, const dokku::Log& log,
                                const dokku::AppName& app) {
    log.info1("letsencrypt was enabled for " + app.text() + " meanwhile");
    return store.update_existing_state(app.text(), [](store::AppState& state) {
        state.enabled = true;
        state.switched_off = false;
    });
}

base::Result<void> catch_up(const dokku::Environment& environment, const store::LocalStore& store,
                            const dokku::Log& log, const dokku::AppName& app) {
    const auto state = store.read_state(app.text());
    if (!state) return state.error();
    const bool is_on = state->enabled && !state->switched_off;
    const auto is_gone = is_all_gone(environment, app);
    if (!is_gone) return is_gone.error();
    if (*is_gone) {
        const bool was_ours = is_on && had_certificate(*state);
        return was_ours ? note_switched_off(store, log, app) : base::Result<void>{};
    }
    if (tls::is_active(environment, app)) {
        const bool is_as_before = is_on || is_left_over(environment, *state, app);
        return is_as_before ? base::Result<void>{} : note_enabled(store, log, app);
    }
    return dokku::has_pair(environment, app) ? note_pair(environment, store, app)
                                             : base::Result<void>{};
}

}  // namespace

base::Result<void> catch_up_after_absence(const dokku::Environment& environment,
                                          const store::LocalStore& store, const dokku::Log& log,
                                          base::UtcTime now) {
    if (!host::was_absent(environment, now)) return {};
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    for (const dokku::AppName& app : *apps) {
        if (!store.has_state(app.text())) continue;
        // One that cannot be looked at keeps no other from it.
        const auto done = catch_up(environment, store, log, app);
        if (!done) log.warn(app.text() + ": " + done.error().message);
    }
    return host::end_absence(environment);
}

}  // namespace hooks
