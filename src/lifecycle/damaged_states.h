#pragma once

#include <vector>

#include "ca/context.h"
#include "dokku/app.h"
#include "store/app_state.h"

namespace lifecycle {

/// An app whose state was damaged. A certificate of ours in its `tls/` says that it is enabled, a
/// custom one that it is left alone. Where nothing is there, it is not known: its names get the
/// cause state-damaged, and `false` is returned until the operator types `enable` or `disable`.
bool resolve_damaged_state(const ca::Context& context, const dokku::AppName& app);

struct CheckedStates {
    std::vector<dokku::AppName> unanswered{};  ///< apps that cannot be answered for
    bool is_index_written = true;              ///< else nothing that is due is looked at in time
};

/// Looks at the states of all apps, for a run that answers for them: what was damaged is resolved,
/// and the index of when they are due is made anew. What is wrong was told.
CheckedStates check_states(const ca::Context& context, const std::vector<dokku::AppName>& apps);

/// A state that cannot be read, or is of a later version, for the operator.
void tell_unreadable_state(const ca::Context& context, const dokku::AppName& app,
                           const base::Error& error);

}  // namespace lifecycle
