#pragma once

#include <string_view>

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// The command `letsencrypt:set`: checks app, key and value, then stores the value, or, if it is
/// empty, removes the property. Warns of a CA that does not issue what others do, and of one that
/// does not fit the app. What waits is looked at by the retry job. `target` is an app or
/// `--global`. Starts no process. `unknown_app`, `invalid_input` for the key or the value, `io` if
/// it cannot be stored; else it fails as `mark_due_after_setting` does.
base::Result<void> change_setting(const dokku::Environment& environment, const dokku::Log& log,
                                  std::string_view target, std::string_view key,
                                  std::string_view value);

}  // namespace subcommands
