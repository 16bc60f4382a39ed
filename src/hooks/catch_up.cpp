#include "hooks/catch_up.h"

#include <filesystem>
#include <system_error>

#include "dokku/app.h"
#include "dokku/certs.h"
#include "dokku/installation.h"
#include "hooks/installed_pair.h"
#include "store/switch_off.h"

namespace hooks {
namespace {

/// A link that leads nowhere is there, too.
bool is_there(const base::Path& path) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(path, error));
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
    const bool is_gone = dokku::stamp_pair(environment, app).empty() &&
                         !is_there(environment.certs_root(app) / "current");
    if (is_gone) {
        const bool was_ours = is_on && had_certificate(*state);
        return was_ours ? note_switched_off(store, log, app) : base::Result<void>{};
    }
    if (dokku::is_active(environment, app)) {
        return is_on ? base::Result<void>{} : note_enabled(store, log, app);
    }
    return dokku::has_pair(environment, app) ? note_pair(environment, store, app)
                                             : base::Result<void>{};
}

}  // namespace

base::Result<void> catch_up_after_absence(const dokku::Environment& environment,
                                          const store::LocalStore& store, const dokku::Log& log,
                                          base::UtcTime now) {
    if (!dokku::was_absent(environment, now)) return {};
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    for (const dokku::AppName& app : *apps) {
        if (!store.has_state(app.text())) continue;
        // One that cannot be looked at keeps no other from it.
        const auto done = catch_up(environment, store, log, app);
        if (!done) log.warn(app.text() + ": " + done.error().message);
    }
    return dokku::end_absence(environment);
}

}  // namespace hooks
