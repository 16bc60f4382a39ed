#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace settings {

/// Property that holds what `letsencrypt:exclude` was told, separated by blanks.
inline constexpr std::string_view kExclusionsKey = "excluded";

/// Does the domain match one of the patterns? `*` stands for any run of characters, dots included:
/// `*.shop.test` means every name below shop.test. Upper and lower case are one.
bool is_excluded(const std::vector<std::string>& patterns, std::string_view domain);

/// `letsencrypt:exclude` and `include`: adds or removes domains and patterns of an app, each once.
/// `invalid_input` for what can be no domain; nothing is changed then. Removing what was not
/// excluded is success. `io` if the property cannot be read or written. Returns whether anything
/// changed.
base::Result<bool> add_exclusions(const dokku::Environment& environment, const dokku::AppName& app,
                                  const std::vector<std::string>& patterns);
base::Result<bool> remove_exclusions(const dokku::Environment& environment,
                                     const dokku::AppName& app,
                                     const std::vector<std::string>& patterns);

}  // namespace settings
