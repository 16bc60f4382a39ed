#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/account_choice.h"
#include "async/task.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "settings/settings.h"

namespace account {

// All of these fail with `io` or `invalid_input` if the account's files or settings cannot be used,
// with `not_found` where an account is needed and none was registered on this host, and as the CA's
// answer has it: `network`, `timeout`, `rejected`, `rate_limited` or `protocol`. Those that change
// the account fail with `busy` while another process makes or changes one. What they are given
// outlives their tasks.

enum class AccountFormat { text, json };

/// `letsencrypt:account show`: what the CA says about the account, and where its key is. Prints
/// what lies on disk, with a warning, if the CA does not answer. `rejected`, once all is printed,
/// if the CA takes nothing of the account any more.
async::Task<base::Result<void>> show_account(ca::Context& context, const AccountChoice& choice,
                                             AccountFormat format);

/// `letsencrypt:account rollover`: gives the account a new key (RFC 8555 section 7.3.5). The new
/// key is on disk before the CA hears of it; after a lost answer both are tried, so that whichever
/// the CA has is kept. It ends when the CA takes what the new key signs, or fails after 30 s with
/// both kept. Where the CA has no such change (`invalid_input`) nothing is kept. Permanent
/// challenge routes are written anew, since they name the key.
async::Task<base::Result<void>> roll_over(ca::Context& context, const AccountChoice& choice,
                                          const std::vector<dokku::AppName>& apps);

/// `letsencrypt:account register`: a new account with a key of its own takes the place of the one
/// in use, which is put aside and stays as it is at the CA. First of all it tells the CAA records
/// of names of these apps that name the old one. Until the CA has made the new account the old one
/// stays in its place; one that was made and whose answer was lost is taken up by the next try.
async::Task<base::Result<void>> register_anew(ca::Context& context, const AccountChoice& choice,
                                              const std::vector<dokku::AppName>& apps);

/// `letsencrypt:account deactivate`: the CA takes no order of the account any more; its files are
/// put aside. Certificates stay valid. The next order registers a new account.
async::Task<base::Result<void>> deactivate(ca::Context& context, const AccountChoice& choice);

}  // namespace account
