#include "lifecycle/blocked_key.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"

namespace lifecycle {

bool is_blocked_key(const acme::Failure& failure) {
    if (!failure.is("badCSR") && !failure.is("badPublicKey")) return false;
    // Let's Encrypt: 'Error finalizing order :: invalid public key in CSR: public key is
    // forbidden'; of an account's: 'invalid request signing key: public key is forbidden'.
    const std::string detail = base::to_lower(failure.problem->detail);
    const auto says = [&](std::string_view word) { return detail.find(word) != std::string::npos; };
    if (says("signing key") || says("account key") || !says("key")) return false;
    constexpr std::array<std::string_view, 4> kWords{"forbidden", "blocked", "blocklist",
                                                     "compromised"};
    return std::any_of(kWords.begin(), kWords.end(), says);
}

}  // namespace lifecycle
