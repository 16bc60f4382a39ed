#pragma once

#include <string>
#include <vector>

#include "acme/problem.h"

namespace ca {

/// The names that a CA refused, one part for each with its type and words. Empty unless all that it
/// complains of is about names of `ordered`: then the others may be ordered without them.
///
/// A CA that refuses one name only need not say so in a subproblem (RFC 8555 section 6.7.1): Let's
/// Encrypt then has the name in the detail. That is believed of problems that are about a name and
/// nothing else.
std::vector<acme::Subproblem> rejected_names(const acme::Problem& problem,
                                             const std::vector<std::string>& ordered);

}  // namespace ca
