#pragma once

#include <string_view>

#include "base/error.h"

namespace ca {

/// Why an app is not begun with.
struct Refusal {
    std::string_view cause;  ///< of store/cause.h
    base::Error error;
};

}  // namespace ca
