#pragma once

#include "base/file.h"
#include "base/result.h"
#include "dokku/owner.h"

namespace dokku {

/// Below a folder of certificates: gives all to its owner, and takes group and others off the files
/// that hold keys and DNS credentials. The official plugin left `docker.env` with mode 0755, and
/// Docker files of root's. For root, in a folder that Dokku's user can change meanwhile: no link is
/// followed, and a file that has another name elsewhere is left alone. A missing folder is fine.
base::Result<void> protect_certificate_files(const base::Path& folder, const Owner& owner);

}  // namespace dokku
