#pragma once

#include <string_view>

namespace ca {

/// Do a CA's words speak of exactly this name? Both in lower case. `x.test` is said in
/// `for "x.test": ...` and in `x.test.`, but not in `www.x.test` or `*.x.test`.
bool mentions_name(std::string_view words, std::string_view name);

}  // namespace ca
