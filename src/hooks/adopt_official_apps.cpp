#include "hooks/adopt_official_apps.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "base/directory.h"
#include "dokku/app.h"
#include "dokku/property.h"
#include "hooks/app_copy.h"
#include "host/app_traces.h"
#include "tls/certs.h"

namespace hooks {
namespace {

namespace fs = std::filesystem;

base::Path current_of(const dokku::Environment& environment, const dokku::AppName& app) {
    return environment.certs_root(app) / "current";
}

/// Is the folder of that path below the app's own certs/, whatever links lead there?
bool leads_to_own_folder(const dokku::Environment& environment, const dokku::AppName& app) {
    std::error_code error;
    const base::Path target = fs::canonical(current_of(environment, app), error);
    if (error) return false;
    const base::Path own = fs::canonical(environment.certs_root(app), error);
    return !error && target.parent_path() == own;
}

/// The other app whose store an absolute certs/current names.
std::optional<dokku::AppName> named_app(const dokku::Environment& environment,
                                        const dokku::AppName& app) {
    std::error_code error;
    const base::Path target = fs::read_symlink(current_of(environment, app), error);
    if (error) return std::nullopt;
    const base::Path certs = target.parent_path();
    const auto other = dokku::AppName::parse(certs.parent_path().parent_path().filename().string());
    if (!other || other->text() == app.text() || certs != environment.certs_root(*other))
        return std::nullopt;
    return *other;
}

base::Result<void> enable(const store::LocalStore& store, const dokku::AppName& app) {
    return store.update_state(app.text(), [](store::AppState& state) { state.enabled = true; });
}

/// As our hooks do when they are there.
base::Result<void> move_records(const dokku::Environment& environment,
                                const store::LocalStore& store, const dokku::AppName& from,
                                const dokku::AppName& to) {
    if (!store.has_state(from.text())) return enable(store, to);
    if (auto moved = store.copy_state(from.text(), to.text()); !moved) return moved;
    if (auto copied = copy_properties(environment, from, to); !copied) return copied;
    auto removed = dokku::PropertyStore{environment}.destroy(from);
    if (removed) removed = store.remove_state(from.text());
    return removed ? host::remove_app_traces(environment, from) : removed;
}

/// Dokku copied the folder of OLD, and destroyed OLD: certs/current leads nowhere, but the folder
/// that it means came along, and holds what is served for the app's domains.
base::Result<void> adopt_renamed(const dokku::Environment& environment,
                                 const store::LocalStore& store, const dokku::Log& log,
                                 const dokku::AppName& from, const dokku::AppName& to) {
    const base::Path current = current_of(environment, to);
    std::error_code error;
    const base::Path meant = current.parent_path() / fs::read_symlink(current, error).filename();
    if (error || !tls::served_certificate_in(meant, environment, to)) return {};
    if (const auto covered = covers_a_domain(environment, to); !covered || !*covered) {
        return {};
    }
    if (auto linked = base::replace_symlink(current, meant); !linked) return linked;
    log.info1("letsencrypt found " + from.text() + " renamed to " + to.text() +
              "; its certificate is kept and renewed");
    return move_records(environment, store, from, to);
}

base::Result<void> adopt(const dokku::Environment& environment, const store::LocalStore& store,
                         const dokku::Log& log, const dokku::AppName& app) {
    if (leads_to_own_folder(environment, app)) return enable(store, app);
    const auto other = named_app(environment, app);
    if (!other) return {};
    if (base::directory_exists(environment.app_root(*other))) {
        return base::remove_file(current_of(environment, app));
    }
    return adopt_renamed(environment, store, log, *other, app);
}

}  // namespace

base::Result<void> adopt_official_apps(const dokku::Environment& environment,
                                       const store::LocalStore& store, const dokku::Log& log) {
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    base::Result<void> all;
    for (const dokku::AppName& app : *apps) {
        if (store.has_state(app.text())) continue;
        auto taken = adopt(environment, store, log, app);
        if (!taken && all) all = std::move(taken);
    }
    return all;
}

}  // namespace hooks
