#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/utc_time.h"
#include "store/app_state.h"

namespace status {

/// May a look at nginx say how a name is? Not where its renewal fails, or its own status says more.
bool is_for_nginx_to_say(const store::AppState& state, const std::string& name);

/// A certificate with these names was put in place, and no run has seen nginx show it since: the
/// retry job looks, also if the one that noted it is killed.
void note_unseen(store::AppState& state, const std::vector<std::string>& names, base::UtcTime now);

bool has_name_with(const store::AppState& state, std::string_view cause_name);

}  // namespace status
