#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/cause.h"

namespace status {

/// What helps against what the operating system said of a file, with commands that work for that
/// file of `app`; empty where it is not known.
std::string fix_of_host(std::string_view reason, std::string_view app);

/// The fix for what a name of `app` lacks. What this host could not do is told from the reason.
std::string fix_of_name(const store::Cause& cause, std::string_view app,
                        const store::NameState& name);

/// An error about a file, with what helps if it does not say so itself.
base::Error with_fix(base::Error error, std::string_view app);

}  // namespace status
