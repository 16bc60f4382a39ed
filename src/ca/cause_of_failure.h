#pragma once

#include <string_view>

#include "acme/failure.h"

namespace ca {

/// The cause that a failed exchange with the CA stands for. It follows from what failed: the CA's
/// error and the request that it answers. `unauthorized` of a validation is another server that
/// answered, of a new order an account that is closed.
std::string_view cause_of(const acme::Failure& failure);

/// The same for what the failure's problem says of one name.
std::string_view cause_of_part(const acme::Failure& failure, const acme::Subproblem& part);

/// Did the CA refuse because of one of its limits?
bool is_rate_limit(const acme::Failure& failure);

}  // namespace ca
