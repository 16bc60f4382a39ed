#pragma once

#include "acme/client.h"
#include "acme/failure.h"
#include "async/task.h"
#include "crypto/private_key.h"

namespace acme {

/// Gives the client's account another key (RFC 8555 section 7.3.5). Success means that the CA takes
/// only the new key from now on, so that this client is of no more use: open one with `new_key` for
/// the same account URL.
///
/// `new_key` must be on disk before: if the answer is lost (Failure::unanswered), either key may be
/// the account's, and find_account with each of them tells. `invalid_input` if the CA offers no
/// change of keys; `rejected` with status 409 if another account has the new key already.
async::Task<Outcome<void>> change_key(Client& client, const crypto::PrivateKey& new_key);

}  // namespace acme
