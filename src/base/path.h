#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace base {

using Path = std::filesystem::path;

/// An Error of kind io (or not_found for ENOENT) that names what was tried, the path and the
/// reason.
Error io_error(std::string_view what, const Path& path, int error_number);

}  // namespace base
