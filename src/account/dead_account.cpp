#include "account/dead_account.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "ca/cause_of_failure.h"
#include "store/cause.h"

namespace account {

std::optional<std::string_view> status_of_dead_account(const acme::Failure& failure) {
    if (!failure.problem || ca::cause_of(failure) != store::cause::kAccountClosed)
        return std::nullopt;
    if (failure.is("badPublicKey")) return "blocked";
    if (!failure.is("unauthorized")) return std::nullopt;
    const std::string detail = base::to_lower(failure.problem->detail);
    if (detail.find("account") == std::string::npos) return std::nullopt;
    // Let's Encrypt: 'Account is not valid, has status "revoked"'; Pebble: 'Account has been
    // deactivated'; step-ca: 'Account is not active'.
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWords{{
        {"deactivated", "deactivated"},
        {"revoked", "revoked"},
        {"blocked", "blocked"},
        {"not active", "deactivated"},
    }};
    for (const auto& [word, status] : kWords) {
        if (detail.find(word) != std::string::npos) return status;
    }
    return std::nullopt;
}

}  // namespace account
