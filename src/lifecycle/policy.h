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

/// Is a certificate to be ordered by a typed `enable` without --force? Returns the reason, or
/// nothing. A changed configuration always orders, and so does a name that is not covered.
std::optional<std::string> why_due(const CertificateFacts& facts, const Wish& wish,
                                   base::UtcTime now);

}  // namespace lifecycle
