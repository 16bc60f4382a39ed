#pragma once

#include <string_view>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace hooks {

// All of these fail with `io`, with `invalid_input` if a later version of ours wrote the app's
// state, and with `busy` while another process holds it.

/// An app was deployed: what waited for that is looked at by the retry job, which also begins
/// with an app that is to have a certificate and never had one. Nothing is ordered here. Returns
/// whether the app was marked.
base::Result<bool> mark_deployed_due(const dokku::Environment& environment,
                                     const store::LocalStore& store, const dokku::AppName& app,
                                     base::UtcTime now);

/// A property changed, of an app or (`--global`) of all: what waits is looked at again, and with
/// another `graceperiod` the scheduled run selects another time of renewal.
base::Result<void> mark_due_after_setting(const store::LocalStore& store, std::string_view target,
                                          std::string_view property, base::UtcTime now);

/// A renamed app serves its certificate without having one under its new name, so that no renewal
/// finds it: the retry job orders one if the app is enabled, whatever `auto-issue` says, which
/// is about new domains only.
base::Result<void> mark_renamed_due(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    base::UtcTime now);

/// The app is looked at by the retry job if automatic issuance applies to it, or if it waits for
/// something.
base::Result<void> mark_due_if_wanted(const dokku::Environment& environment,
                                      const store::LocalStore& store, const dokku::AppName& app,
                                      base::UtcTime now);

}  // namespace hooks
