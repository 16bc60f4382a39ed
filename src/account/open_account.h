#pragma once

#include "account/account_choice.h"
#include "acme/directory.h"
#include "acme/failure.h"
#include "ca/context.h"
#include "crypto/private_key.h"
#include "store/local_store.h"

namespace account {

/// A registered account, ready to sign.
struct OpenAccount {
    store::StoredAccount stored;
    crypto::PrivateKey key;
    acme::Directory directory;
};

/// `not_found` if no account of this choice was registered on this host.
base::Result<OpenAccount> open_account(ca::Context& context, const AccountChoice& choice);

/// Does the CA know the account by this key? No answer is none.
base::Result<bool> is_key_of(ca::Context& context, const OpenAccount& account,
                             const crypto::PrivateKey& key);

/// A rollover that was cut short left a key behind; where the account has it by now it takes the
/// place of ours. Returns whether it did.
base::Result<bool> resume_rollover(ca::Context& context, const AccountChoice& choice,
                                   OpenAccount& account);

/// Did the CA itself say no? A lost answer or one of 5xx leaves open what was done.
bool is_refusal(const acme::Failure& failure);

}  // namespace account
