#pragma once

#include <optional>
#include <vector>

#include "ca/context.h"
#include "ca/refusal.h"
#include "dokku/app.h"

namespace ca {

/// Why nothing is done for an app whose lock a stuck run holds; nothing if none does.
std::optional<Refusal> find_stuck_run(const Context& context, const dokku::AppName& app);

/// Tells of those of the apps that a stuck run holds. Returns whether there is one.
bool tell_stuck_runs(const Context& context, const std::vector<dokku::AppName>& apps);

}  // namespace ca
