#pragma once

#include <string>

#include "acme/directory.h"
#include "async/task.h"
#include "ca/context.h"

namespace ca {

/// The directory of a CA: from disk if it is younger than 12 hours, else fetched and kept.
async::Task<acme::Outcome<acme::Directory>> open_directory(Context& context, std::string url);

}  // namespace ca
