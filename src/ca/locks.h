#pragma once

#include <chrono>
#include <string>

#include "async/task.h"
#include "base/lock.h"
#include "base/result.h"
#include "ca/context.h"

namespace ca {

// The locks of store::LocalStore for a flow: others go on while it waits. They fail as those do, so
// `busy` once patience is over.

async::Task<base::Result<base::FileLock>> lock_app(const Context& context, std::string app,
                                                   std::chrono::milliseconds patience);

/// The same for a run that is to claim the app: `busy` as well while another run that is at work
/// has claimed it. What an operator types for the app takes over what no operator waits for.
async::Task<base::Result<base::FileLock>> lock_app_to_claim(const Context& context, std::string app,
                                                            bool is_typed,
                                                            std::chrono::milliseconds patience);

async::Task<base::Result<base::FileLock>> lock_accounts(const Context& context,
                                                        std::chrono::milliseconds patience);

}  // namespace ca
