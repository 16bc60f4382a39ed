#pragma once

#include <optional>
#include <vector>

#include "async/task.h"
#include "base/result.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "serving/serve.h"

namespace serving {

// An app has HTTPS when its pair is in `tls/`, its vhost names it, and nginx has loaded both. Where
// files were lost Dokku may have written the vhost without https, or a rebuild may have failed.

/// Is HTTPS to be brought back for an app whose certificate is in use? Reads its state and vhost.
/// Not where a rebuild has left the vhost without https before: that is how the app wants it (a
/// template of its own).
bool needs_loading(const ca::Context& context, const dokku::AppName& app);

/// That nginx shows the pair in `tls/` for all its names that the app wants. `not_found` without a
/// pair, `protocol` if it is no certificate, else `io`.
base::Result<ExpectedServing> expected_of_pair_in_use(const ca::Context& context,
                                                      const dokku::AppName& app);

/// Looks whether nginx shows the certificate. Where it does not, and a rebuild of the vhost may
/// help, that is done, once. What came of it is noted in the app's state, for names of which
/// nothing worse is known. The caller holds the app's lock.
async::Task<std::vector<ca::ServedName>> load_again(const ca::Context& context,
                                                    ExpectedServing expected);

/// The same for all names of the certificate in use; `rejected` with the first name's reason if
/// nginx does not show it afterwards, or fails as `expected_of_pair_in_use` and `update_state` do.
/// Takes the app's lock; what another run is at work for is left to it.
async::Task<base::Result<void>> load_again(const ca::Context& context, dokku::AppName app);

}  // namespace serving
