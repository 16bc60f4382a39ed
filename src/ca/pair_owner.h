#pragma once

#include <string_view>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace ca {

/// Whose certificate is it that stands in an app's `tls/server.crt` as `chain_pem`: ours (or the
/// official plugin's, docs/design.md 1.1) or a custom one? Where that cannot be read as a
/// certificate, or is missing, what was known of the pair before decides. `io` or `invalid_input`
/// mean that it is not known, since the record of issued certificates or the app's state cannot be
/// read: the pair is not to be replaced then.
base::Result<store::Owner> find_pair_owner(const dokku::Environment& environment,
                                           const store::LocalStore& store,
                                           const dokku::AppName& app, std::string_view chain_pem);

}  // namespace ca
