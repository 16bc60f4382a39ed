#pragma once

#include <chrono>
#include <string_view>

#include "acme/failure.h"

namespace ca {

// Let's Encrypt pauses a name whose validations an account has failed very often in a row. Its
// answer to an order is a limit's (rateLimited) without a time, and a link to a page on which
// the operator frees the account's names.

/// Unasked, a paused name is ordered again once a day: nothing tells that the page was opened.
inline constexpr std::chrono::hours kPausePatience{24};

/// Do a CA's words about a limit say that it has paused names?
bool is_pause(std::string_view words);

/// Was an order refused for that, as a whole or in one of its parts?
bool is_pause(const acme::Problem& problem);

/// The words up to the link, whose token is no name.
std::string_view without_link(std::string_view words);

}  // namespace ca
