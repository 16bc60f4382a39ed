#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/utc_time.h"

// ASN1_STRING (and ASN1_TIME, which is one) and DIST_POINT_NAME.
struct asn1_string_st;
struct DIST_POINT_NAME_st;

namespace crypto {

// What OpenSSL's values say, for the .cpp files of this room.

/// Empty for no bytes.
std::string to_string(const unsigned char* bytes, int length);
std::string to_string(const asn1_string_st* text);

/// Nothing if it is in no known form.
std::optional<base::UtcTime> to_utc_time(const asn1_string_st* time);

/// The URIs of a distribution point's full name (RFC 5280 section 4.2.1.13); none without one.
std::vector<std::string> uris_of(const DIST_POINT_NAME_st* name);

}  // namespace crypto
