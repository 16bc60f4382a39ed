#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace subcommands {

/// What an operator needs to know about a cause; of all of them one line each if `name` is empty.
/// `invalid_input` with the causes there are if there is none of that name.
base::Result<std::vector<std::string>> explain_cause(std::string_view name);

}  // namespace subcommands
