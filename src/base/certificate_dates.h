#pragma once

#include <string_view>

#include "base/result.h"
#include "base/utc_time.h"

namespace base {

/// The validity of one certificate (RFC 5280 section 4.1.2.5).
struct CertificateDates {
    UtcTime not_before;
    UtcTime not_after;
};

/// Reads the dates of the first certificate in a PEM text by walking its DER, so that an executable
/// that only lists certificates need not link a crypto library. Nothing else is checked.
/// Fails with `protocol`.
Result<CertificateDates> read_certificate_dates(std::string_view pem);

}  // namespace base
