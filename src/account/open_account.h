#pragma once

#include "account/account_choice.h"
#include "acme/directory.h"
#include "acme/failure.h"
#include "async/task.h"
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

// What these are given outlives their tasks.

/// `not_found` if no account of this choice was registered on this host, `io` if its key cannot be
/// used; else as the CA's answer has it, `network` or `timeout` without one.
async::Task<base::Result<OpenAccount>> open_account(ca::Context& context,
                                                    const AccountChoice& choice);

/// Does the CA know the account by this key? No answer is none: it fails with `network`, `timeout`
/// or as the CA's answer has it.
async::Task<base::Result<bool>> is_key_of(ca::Context& context, const OpenAccount& account,
                                          const crypto::PrivateKey& key);

/// A rollover that was cut short left a key behind; where the account has it by now it takes the
/// place of ours. Returns whether it did. Fails as `is_key_of` does, and with `io` if a key cannot
/// be read or written.
async::Task<base::Result<bool>> resume_rollover(ca::Context& context, const AccountChoice& choice,
                                                OpenAccount& account);

/// Did the CA itself say no? A lost answer or one of 5xx leaves open what was done.
bool is_refusal(const acme::Failure& failure);

}  // namespace account
