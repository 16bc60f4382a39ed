#pragma once

#include "base/file.h"
#include "base/result.h"

namespace base {

// What this process could write, for who only reads: nothing is made, opened or changed, so a full
// disk is not seen. A path that is missing is no hindrance: it is made by what writes. All of these
// fail with `io`.

/// Could files be made and replaced in this folder?
Result<void> check_writable_folder(const Path& folder);

/// Is this a regular file that could be read and written?
Result<void> check_writable_file(const Path& file);

/// Could another file take the place of this one, in a folder that can be written?
Result<void> check_replaceable(const Path& file);

}  // namespace base
