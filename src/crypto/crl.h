#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/utc_time.h"
#include "crypto/certificate.h"

namespace crypto {

/// What a CA's list of revoked certificates (CRL, RFC 5280 section 5) says about one of them.
struct Revocation {
    base::UtcTime at;
    int reason = 0;  ///< CRLReason, section 5.3.1; 0 also if the list gives none
};

/// More than any public CA publishes in one list.
inline constexpr std::size_t kMostCrlBytes = 16UL << 20U;

/// Is the leaf on the list (DER or PEM)? `protocol` with the reason if the list tells nothing about
/// it: it cannot be read, is not signed by `issuer`, which must have issued the leaf, is of another
/// time than `now` (an hour is clock skew), or is for other certificates or only some reasons (its
/// issuing distribution point, section 5.2.5).
base::Result<std::optional<Revocation>> find_revocation(std::string_view crl,
                                                        const Certificate& leaf,
                                                        const Certificate& issuer,
                                                        base::UtcTime now);

/// The RFC's word for a CRLReason (`keyCompromise`); `unspecified` for numbers that it does not
/// know.
std::string_view to_reason_word(int reason);

}  // namespace crypto
