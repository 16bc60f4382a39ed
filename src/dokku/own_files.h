#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace dokku {

/// Can this process read and replace what a renewal of the app reads and replaces: the folders from
/// `ROOT/APP` down to those that certs/current leads to, `tls/`, and the pair in it? A backup that
/// root has restored, or a copy that root made, is root's. `io` names the first entry that it
/// cannot, and says how to give it back. What is missing is no failure.
base::Result<void> require_own_files(const Environment& environment, const AppName& app);

}  // namespace dokku
