#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/result.h"

namespace acme {

enum class OrderStatus { pending, ready, processing, valid, invalid, unknown };

/// A request for one certificate as the CA last told of it (RFC 8555 section 7.1.3). Its URL is not
/// part of it: OrderFlow knows that.
struct Order {
    OrderStatus status = OrderStatus::unknown;
    std::string status_text;  ///< the CA's word, for one that we do not know
    std::vector<Identifier> identifiers;
    std::vector<std::string> authorizations;  ///< URLs
    std::string finalize;                     ///< URL
    std::string certificate;                  ///< URL; empty until there is one
    std::optional<Problem> error;
};

/// `protocol` if it is no object, or status, identifiers or finalize is missing, or there are more
/// than 1000 identifiers or authorizations.
base::Result<Order> parse_order(std::string_view json);

}  // namespace acme
