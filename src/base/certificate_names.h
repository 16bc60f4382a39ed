#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

/// The DNS names and IP addresses (subjectAltName, RFC 5280 section 4.2.1.6) of the first
/// certificate in a PEM text, names as they stand there, read like its dates
/// (certificate_dates.h). A certificate without any has none. Fails with `protocol`.
Result<std::vector<std::string>> read_certificate_names(std::string_view pem);

/// Is `domain` one of the names (or addresses), or just below a wildcard among them (RFC 6125
/// section 6.4.3)? Case does not matter.
bool covers(const std::vector<std::string>& names, std::string_view domain);

}  // namespace base
