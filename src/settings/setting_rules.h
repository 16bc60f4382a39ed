#pragma once

#include <string_view>

#include "base/result.h"

namespace settings {

/// `invalid_input` with the official words and list, our own properties named after it.
base::Result<void> check_key(std::string_view key);

/// `invalid_input` saying what is allowed. An empty value unsets and needs no check.
base::Result<void> check_value(std::string_view key, std::string_view value);

/// An address that a CA can take and that is safe as a folder's name.
bool is_email(std::string_view value);

}  // namespace settings
