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
};

/// How long before its end a certificate is renewed if nobody said otherwise: one third of its
/// lifetime, one half if it lives less than ten days (design section 4).
std::chrono::seconds renewal_margin(const base::CertificateDates& dates);

/// Is a certificate to be ordered by a typed `enable` without --force? Returns the reason, or
/// nothing. A changed configuration always orders, and so does a name that is not covered.
std::optional<std::string> why_due(const CertificateFacts& facts, const Wish& wish,
                                   base::UtcTime now);

}  // namespace lifecycle
