#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "acme/directory.h"
#include "acme/failure.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "crypto/certificate.h"
#include "http/client.h"

namespace acme {

/// The certID (RFC 9773 section 4.1) of a certificate with this Authority Key Identifier (the bytes
/// of its keyIdentifier) and serial number (the content octets of its DER, a leading 00 kept): both
/// in base64url, with a dot between them.
std::string to_certificate_id(std::string_view key_identifier, std::string_view serial_der);

/// The certID under which a CA knows the certificate, for fetch_renewal_info and
/// OrderPlan::replaces. `protocol` if it names no authority's key: it cannot be asked about.
base::Result<std::string> renewal_id(const crypto::Certificate& certificate);

/// When a CA advises to renew one certificate (RenewalInfo, RFC 9773 section 4.2). Times are UTC,
/// whole seconds; fractions that the CA sends are dropped.
struct RenewalInfo {
    base::UtcTime start;
    base::UtcTime end;            ///< always later than start; both may be in the past
    std::string explanation_url;  ///< https; empty if the CA sent none. base::printable before use
    /// From the answer on; always between one minute and 24 hours.
    std::chrono::seconds ask_again = kUsualPause;

    /// Before the next question if the CA does not say.
    static constexpr std::chrono::seconds kUsualPause = std::chrono::hours{6};
};

/// Reads the JSON body of an answer; `ask_again`, which its headers tell, stays as it is by
/// default. `protocol` if a time of the suggestedWindow is missing or not RFC 3339, or the window
/// is empty or reversed: RFC 9773 section 4.2 then leaves the schedule to us.
base::Result<RenewalInfo> parse_renewal_info(std::string_view json);

/// One GET without signature (RFC 9773 section 4.1), for a certID. `not_found` if the CA gives no
/// such advice. Whatever fails here, a caller renews by its own rule and asks again later.
async::Task<Outcome<RenewalInfo>> fetch_renewal_info(http::Client& http, const base::Clock& clock,
                                                     Directory directory,
                                                     std::string certificate_id);

}  // namespace acme
