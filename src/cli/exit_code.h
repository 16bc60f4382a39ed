#pragma once

#include "base/error.h"

namespace cli {

/// What a process of ours tells its caller.
enum class ExitCode : int {
    done = 0,          ///< or nothing to do
    failed = 1,        ///< or misused
    not_ours = 10,     ///< `commands` only: some other plugin's command
    unknown_app = 20,  ///< as Dokku's own verify_app_name
    bug = 70,          ///< an exception reached the top
    busy = 75,         ///< another run holds the lock; never out of a hook
};

ExitCode to_exit_code(base::ErrorKind kind);

}  // namespace cli
