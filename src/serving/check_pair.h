#pragma once

#include "async/task.h"
#include "base/utc_time.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "renewal/ca_inquiries.h"
#include "store/local_store.h"

namespace serving {

// All of these fail with `io` if a file cannot be read or replaced, with `invalid_input` if a later
// version of ours wrote the app's state, and with `busy` if another pair came meanwhile or another
// process holds that state.

/// Looks at the pair in an app's `tls/` as nginx does (docs/design.md 8.2). One of ours that nginx
/// would refuse is kept aside, and the last good one put back: else nginx would load no app's
/// changes any more. Of a custom one it is said which files to mend. What is sound is noted in the
/// app's state, if it has one. The caller holds the app's lock.
base::Result<void> check_installed_pair(const dokku::Environment& environment,
                                        const store::LocalStore& store, const dokku::Log& log,
                                        const dokku::AppName& app, base::UtcTime now);

/// The files of a pair are missing, one or both, though the app's vhost names them. If the app is
/// enabled (or was, as far as is known) and the pair was ours, the last good one comes back, if its
/// CA has not revoked it. Returns whether it did. The caller holds the app's lock.
async::Task<base::Result<bool>> restore_missing_pair(renewal::CaInquiries& inquiries,
                                                     dokku::AppName app);

/// check_installed_pair for an app whose pair may have been damaged without a rebuild of its vhost.
/// Changes nothing while another run holds the app's lock, or if the certificate installed last is
/// a custom one. Returns whether nginx would load what is there now, as check_loadable judges it.
bool check_pair_of_ours(const ca::Context& context, const dokku::AppName& app);

/// A pair of ours that nginx cannot load, and of which no good copy is left, keeps nginx from
/// loading anything for any app, also the challenge of the order that would replace it. It is kept
/// aside, and `tls/` is empty then. Returns whether that was done.
bool set_damaged_pair_aside(const ca::Context& context, const dokku::AppName& app);

}  // namespace serving
