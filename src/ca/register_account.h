#pragma once

#include "acme/account.h"
#include "acme/client.h"
#include "async/task.h"
#include "ca/chosen_ca.h"
#include "ca/context.h"
#include "ca/lego/options.h"
#include "settings/settings.h"

namespace ca {

// All that these are given outlives their tasks.

/// newAccount for the client's key, with the contact that is set, the terms agreed to, and bound to
/// an external account if one is set. `invalid_input` if the CA wants one and none is set. The
/// ledger has it for the CA's limit.
async::Task<acme::Outcome<acme::Account>> register_account(const Context& context,
                                                           acme::Client& client, const ChosenCa& ca,
                                                           const settings::Settings& settings,
                                                           const LegoOptions& options);

/// For a key that was there before: the CA may know its account, and an external account may be
/// good for one registration only. Without an account it gets one.
async::Task<acme::Outcome<acme::Account>> find_or_register(const Context& context,
                                                           acme::Client& client, const ChosenCa& ca,
                                                           const settings::Settings& settings,
                                                           const LegoOptions& options);

}  // namespace ca
