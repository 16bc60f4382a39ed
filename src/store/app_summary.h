#pragma once

#include <string>

#include "store/app_state.h"

namespace store {

/// An app's names in one word or two (design section 4): `ok`, `partial 2/3` (two of three have a
/// certificate), `waiting`, `failing`, `not-used`, `off`.
std::string summarize(const AppState& state);

/// Is nothing left to be done for this name?
bool is_settled(NameStatus status);

}  // namespace store
