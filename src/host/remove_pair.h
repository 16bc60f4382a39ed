#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace host {

/// Takes the folder `tls` of an app away and has its vhost rebuilt without it, as `certs:remove`
/// does: post-certs-remove, post-domains-update. The caller has called mark_removal before, and
/// holds the app's lock. Killed at any moment, the next nginx-pre-reload of any app puts the folder
/// back, and the next run removes it again; what is removed is deleted last.
/// `rejected` if the vhost names the pair all the same, or nginx misses it for another one's sake:
/// the pair is back in its place then, since nginx would refuse every app without it. A trigger
/// that failed is a failure too; the pair is gone in that case.
base::Result<void> remove_pair(const dokku::Environment& environment, const dokku::AppName& app);

/// Does the app's vhost, or what it includes, load a file from the app's `tls`?
bool vhost_names_pair(const dokku::Environment& environment, const dokku::AppName& app);

}  // namespace host
