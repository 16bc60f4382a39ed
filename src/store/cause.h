#pragma once

#include <span>
#include <string>
#include <string_view>

#include "store/app_state.h"

namespace store {

/// Who can do something about it.
enum class Mender {
    operator_of_host,
    ca,  ///< it has trouble of its own; there is nothing to mend here
};

/// Why a name has no certificate of ours in use: one of a fixed set of words that scripts may look
/// for, `letsencrypt:explain` tells about and docs/operating.md lists.
struct Cause {
    std::string_view name;
    NameStatus status;          ///< that a name with this cause has
    bool heals;                 ///< it may go away without a command
    std::string_view meaning;   ///< one or two sentences for an operator
    std::string_view evidence;  ///< what is seen
    std::string_view fix;       ///< what to do; <app> and <domain> stand for themselves
    Mender mender = Mender::operator_of_host;
};

/// The words; what is to be known of each stands in the table in cause.cpp alone.
namespace cause {
inline constexpr std::string_view kDnsMissing = "dns-missing";
inline constexpr std::string_view kDnsBroken = "dns-broken";
inline constexpr std::string_view kResolverSilent = "resolver-silent";
inline constexpr std::string_view kOtherServer = "other-server";
inline constexpr std::string_view kAaaaMismatch = "aaaa-mismatch";
inline constexpr std::string_view kAddressTaken = "address-taken";
inline constexpr std::string_view kProxied = "proxied";
inline constexpr std::string_view kRedirected = "redirected";
inline constexpr std::string_view kPortClosed = "port-closed";
inline constexpr std::string_view kPathShadowed = "path-shadowed";
inline constexpr std::string_view kBlockedBy = "blocked-by";
inline constexpr std::string_view kReloadRefused = "reload-refused";
inline constexpr std::string_view kCaa = "caa";
inline constexpr std::string_view kBadName = "bad-name";
inline constexpr std::string_view kTooManyNames = "too-many-names";
inline constexpr std::string_view kWildcard = "wildcard-needs-dns";
inline constexpr std::string_view kDnsProvider = "dns-provider";
inline constexpr std::string_view kRefused = "ca-refused";
inline constexpr std::string_view kFirewall = "firewall";
inline constexpr std::string_view kCaDns = "ca-dns";
inline constexpr std::string_view kSecondaryValidation = "secondary-validation";
inline constexpr std::string_view kRateLimited = "rate-limited";
inline constexpr std::string_view kPaused = "paused";
inline constexpr std::string_view kCaUnreachable = "ca-unreachable";
inline constexpr std::string_view kCaError = "ca-error";
inline constexpr std::string_view kCaBusy = "ca-busy";
inline constexpr std::string_view kClock = "clock";
inline constexpr std::string_view kAccount = "ca-account";
inline constexpr std::string_view kUserAction = "user-action";
inline constexpr std::string_view kAccountClosed = "account-closed";
inline constexpr std::string_view kAccountKey = "account-key";
inline constexpr std::string_view kBadCsr = "bad-csr";
inline constexpr std::string_view kBlockedKey = "blocked-key";
inline constexpr std::string_view kBadRequest = "bad-request";
inline constexpr std::string_view kSettings = "settings";
inline constexpr std::string_view kNoEmail = "no-email";
inline constexpr std::string_view kProxyType = "proxy-type";
inline constexpr std::string_view kNoHttpsListener = "no-https-listener";
inline constexpr std::string_view kNotServed = "not-served";
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kHost = "host";
inline constexpr std::string_view kStateDamaged = "state-damaged";
inline constexpr std::string_view kStuckRun = "stuck-run";
inline constexpr std::string_view kNoRenewalRun = "no-renewal-run";
inline constexpr std::string_view kHeldBack = "held-back";
inline constexpr std::string_view kCustom = "custom-certificate";
inline constexpr std::string_view kExcluded = "excluded";
inline constexpr std::string_view kSwitchedOff = "switched-off";
}  // namespace cause

/// All of them, in the order of the life of an order.
std::span<const Cause> causes();

/// Nothing for a word that is none.
const Cause* find_cause(std::string_view name);

/// That a name with this cause has; `failed` for a word that is none.
NameStatus status_of(std::string_view cause_name);

/// The fix for one app and domain.
std::string fix_of(const Cause& cause, std::string_view app, std::string_view domain);

}  // namespace store
