#pragma once

#include <optional>
#include <string_view>

#include "acme/failure.h"

namespace account {

/// The status of an account of which the CA takes nothing any more, as its refusal tells it:
/// `deactivated`, `revoked` or `blocked`. Nothing for every other failure.
std::optional<std::string_view> status_of_dead_account(const acme::Failure& failure);

}  // namespace account
