#pragma once

#include <string>

#include "base/result.h"
#include "ca/context.h"
#include "crypto/private_key.h"
#include "store/local_store.h"

namespace ca {

/// The key of an account as stored. `io`, with the file's name, for one that holds no key: no
/// setting mends it.
base::Result<crypto::PrivateKey> read_account_key(const Context& context,
                                                  const store::StoredAccount& account,
                                                  const std::string& server,
                                                  const std::string& email);

/// Is an account on this host that the CA made, or may have made?
bool was_registered(const Context& context, const std::string& server, const std::string& email);

}  // namespace ca
