#pragma once

#include <string>
#include <vector>

#include "base/process.h"
#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/property.h"
#include "dokku/trigger.h"

namespace dokku {

/// A nested `dokku WORDS...`, for effects that no trigger has (`ports:add`). Marked as ours, and
/// without the variables of our own `--app` and `--force`, which core commands would obey. Its exit
/// code is no failure: `io` or `not_found` mean that it could not be started.
base::Result<base::Exit> run_dokku(const Environment& environment, const Scope& on_behalf_of,
                                   const std::vector<std::string>& words,
                                   const RunOptions& options = {});

/// The command that it runs.
base::Command dokku_command(const Environment& environment, const Scope& on_behalf_of,
                            const std::vector<std::string>& words, const RunOptions& options = {});

}  // namespace dokku
