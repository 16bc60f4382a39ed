#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/certificate_dates.h"
#include "base/utc_time.h"
#include "ca/need.h"

namespace renewal {

/// What lies on disk about an app's certificate, as far as it decides whether one is due.
struct CertificateFacts {
    bool active = false;                          ///< docs/design.md 1.1
    bool interrupted = false;                     ///< an earlier run left its journal behind
    bool was_ordered = false;                     ///< in which it had noted an order
    std::string current_hash;                     ///< folder that certs/current leads to; or empty
    std::optional<base::CertificateDates> dates;  ///< of tls/server.crt
    std::vector<std::string> covered;             ///< names of tls/server.crt
    std::optional<base::UtcTime> selected_time;   ///< chosen in the CA's window (RFC 9773)
    bool revoked = false;                         ///< by its CA
    bool other_server = false;                    ///< issued by another CA than is set now
};

/// What is wanted now.
struct RenewalInput {
    std::string hash;                ///< of today's configuration
    std::vector<std::string> names;  ///< that can be ordered
    /// `graceperiod` where an operator has set it; else the lifetime decides.
    std::optional<std::chrono::seconds> graceperiod;
    bool scheduled = false;  ///< no operator typed the command
    /// By no operator: domains and settings that changed are no reason of their own, or a name that
    /// waits for its DNS would be ordered for ever.
    bool automatic = false;
    bool loses_names = false;  ///< the certificate has a name that is excluded now
    /// How long before its time the certificate may be renewed, together with others.
    std::chrono::seconds ahead{0};
};

/// Why a certificate is to be ordered.
struct Due {
    std::string why;
    ca::Need need = ca::Need::renewal;
};

/// What decides when a certificate is renewed (docs/design.md 3.3).
struct RenewalRule {
    base::CertificateDates dates;
    std::optional<std::chrono::seconds> graceperiod;  ///< where an operator has set it
    bool scheduled = false;                           ///< no operator typed the command
    std::optional<base::UtcTime> selected_time;
};

/// When, and what says so.
struct RenewalTime {
    base::UtcTime at;
    std::string_view why;              ///< ends "it is due because of ..."
    bool graceperiod_clamped = false;  ///< the graceperiod was
};

/// A graceperiod that an operator has set holds to the letter where an operator typed the command.
/// Without one the moment chosen in the CA's window counts or, without that, a third of the
/// lifetime before its end (a half if that is under ten days). Where no operator typed the command
/// a graceperiod counts as half of the lifetime at most, because more would renew at every run; it
/// decides alone where the CA names no moment, else the earlier of both does. But for the first
/// rule, the last tenth of the lifetime is never waited for.
RenewalTime renewal_time(const RenewalRule& rule);

/// Is a certificate to be ordered without --force? Returns the reason, or nothing. A changed
/// configuration orders where an operator asked, and so does a name that is not covered.
std::optional<Due> why_due(const CertificateFacts& facts, const RenewalInput& input,
                           base::UtcTime now);

/// May a name that the certificate covers and that cannot be certified now be left out? Where
/// no operator asked, not before its failure has outlasted half of what was left of the certificate
/// then (for a certificate that grows: an hour).
struct FailingName {
    base::UtcTime since;
    base::UtcTime covered_until;
    bool only_growth = false;
};
bool may_be_dropped(const FailingName& name, base::UtcTime now);

}  // namespace renewal
