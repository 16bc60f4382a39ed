#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/certificate_dates.h"
#include "base/utc_time.h"

namespace lifecycle {

/// What lies on disk about an app's certificate, as far as it decides whether one is due.
struct CertificateFacts {
    bool active = false;                          ///< design section 3
    bool interrupted = false;                     ///< an earlier run left its journal behind
    std::string current_hash;                     ///< folder that certs/current leads to; or empty
    std::optional<base::CertificateDates> dates;  ///< of tls/server.crt
    std::vector<std::string> covered;             ///< names of tls/server.crt
};

/// What is wanted now.
struct Wish {
    std::string hash;                ///< of today's configuration
    std::vector<std::string> names;  ///< that can be ordered
    /// `graceperiod` where a person has set it; else the lifetime decides.
    std::optional<std::chrono::seconds> graceperiod;
    bool scheduled = false;  ///< by the daily run
    /// By nobody: domains and settings that changed are no reason of their own, or a name that
    /// waits for its DNS would be ordered for ever.
    bool automatic = false;
    bool loses_names = false;  ///< the certificate has a name that is excluded now
};

/// Why a certificate is to be ordered.
struct Due {
    std::string why;
    bool only_growth = false;  ///< all is well but for a name that the certificate does not have
};

/// The margin that holds: `graceperiod` where a person has set it, else the lifetime decides. For
/// the daily run (`scheduled`) a graceperiod of more than half of the lifetime counts as that half:
/// it would renew every day. `clamped` says so.
struct Margin {
    std::chrono::seconds before_end;
    bool clamped = false;
};
Margin choose_margin(const std::optional<std::chrono::seconds>& graceperiod,
                     const base::CertificateDates& dates, bool scheduled);

/// Is a certificate to be ordered without --force? Returns the reason, or nothing. A changed
/// configuration orders where a person asked, and so does a name that is not covered.
std::optional<Due> why_due(const CertificateFacts& facts, const Wish& wish, base::UtcTime now);

/// May a name that the certificate covers and that cannot be certified now be left out? Where
/// nobody asked, not before its failure has outlasted half of what was left of the certificate then
/// (for a certificate that grows: an hour).
struct FailingName {
    base::UtcTime since;
    base::UtcTime covered_until;
    bool only_growth = false;
};
bool may_be_dropped(const FailingName& name, base::UtcTime now);

}  // namespace lifecycle
