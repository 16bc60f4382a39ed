#pragma once

#include <string_view>
#include <variant>

#include "acme/failure.h"

namespace ca {

/// On its way to a certificate, or with one.
struct UnderWay {};

/// There is nothing to order after all.
struct NothingToDo {};

/// Another run, or a command, has the app now.
struct LeftToOther {};

/// Why there is no certificate.
struct Failed {
    acme::Failure failure;
    std::string_view cause;  ///< of store/cause.h
    /// Another run has the app now, and records what becomes of it.
    bool is_left_to_other = false;
};

/// How it stands with one certificate.
using Outcome = std::variant<UnderWay, NothingToDo, LeftToOther, Failed>;

}  // namespace ca
