#pragma once

#include <string_view>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace lifecycle {

/// Is the certificate in an app's `tls/` one of ours, or of the official plugin's (design section
/// 3)? `chain_pem` is what stands in server.crt; where that cannot be read, or is missing, what was
/// known of the pair before decides. Fails where the record of what we issued cannot be read: what
/// cannot be told apart is not taken for a stranger's.
base::Result<bool> is_of_letsencrypt(const dokku::Environment& environment,
                                     const store::LocalStore& store, const dokku::AppName& app,
                                     std::string_view chain_pem);

}  // namespace lifecycle
