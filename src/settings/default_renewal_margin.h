#pragma once

#include <chrono>

#include "base/certificate_dates.h"

namespace settings {

/// How long before its end a certificate is renewed if no graceperiod is set: one third of
/// its lifetime, one half if it lives less than ten days (docs/design.md 3.3). For one of 90 days
/// that is the official 30.
std::chrono::seconds default_renewal_margin(const base::CertificateDates& dates);

}  // namespace settings
