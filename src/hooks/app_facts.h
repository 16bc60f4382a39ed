#pragma once

#include "dokku/app.h"
#include "dokku/environment.h"
#include "hooks/app_copy.h"
#include "settings/settings.h"
#include "store/local_store.h"

namespace hooks {

/// What decides whether a hook of ours acts for an app. Reads two small files.
struct AppFacts {
    settings::Settings settings;
    store::AppState state;

    /// Are changes of domains, deploys and removed certificates to start an issue
    /// (docs/design.md 1.2)?
    bool issues_by_itself() const {
        return settings::issues_by_itself(settings, state.enabled, state.switched_off);
    }
};

/// `io` if a file cannot be read, `invalid_input` if a later version of ours wrote the state.
base::Result<AppFacts> read_facts(const dokku::Environment& environment,
                                  const store::LocalStore& store, const dokku::AppName& app);

/// What hooks that follow a rename or clone have to know of OLD. A state that cannot be read takes
/// no pair away.
OldApp read_old_app(const dokku::Environment& environment, const store::LocalStore& store,
                    const dokku::AppName& app);

}  // namespace hooks
