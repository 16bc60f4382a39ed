#pragma once

#include <optional>

#include "acme/client.h"
#include "base/result.h"

namespace ca {

// A clock that is behind takes each new certificate for one that is not valid yet, and one that is
// ahead takes it for due: what is ordered then is thrown away, until a limit of the CA stops the
// app for a week. A CA's clock is right, or its certificates are of no use anyway.

/// What to say about a clock that is more than five minutes off, but not too far to order.
std::optional<std::string> warn_of_clock(const acme::Client& client);

/// Why nothing new is ordered: the clock is off by more than 50 minutes. CAs begin a certificate's
/// validity up to an hour before it is issued, so what is ordered up to there can be used.
std::optional<base::Error> refuse_wrong_clock(const acme::Client& client);

}  // namespace ca
