#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/utc_time.h"
#include "crypto/certificate.h"

struct X509_crl_st;    // X509_CRL
struct x509_store_st;  // X509_STORE

namespace crypto {

/// What a CA's list of revoked certificates (CRL, RFC 5280 section 5) says about one of them.
struct Revocation {
    base::UtcTime at;
    int reason = 0;  ///< CRLReason, RFC 5280 section 5.3.1; 0 also if the list gives none
};

/// More than any public CA publishes in one list.
inline constexpr std::size_t kMostCrlBytes = 16UL << 20U;

/// A CA's list. To look up in it costs its signature: some 0.2 ms for a list of 200 kB, 1.4 ms for
/// one of 2 MB.
class RevocationList {
  public:
    /// DER or PEM. `protocol` with the reason if it cannot be read or is not in the name of
    /// `issuer`.
    static base::Result<RevocationList> parse(std::string_view crl, const Certificate& issuer);

    /// Is the leaf on the list? `protocol` with the reason if the list tells nothing about it: it
    /// is of another time than `now` (an hour is clock skew), is not signed by the issuer, or is
    /// for the certificates of another issuer, for others of this one or only some reasons (its
    /// issuing distribution point, RFC 5280 section 5.2.5).
    base::Result<std::optional<Revocation>> find(const Certificate& leaf, base::UtcTime now) const;

    /// Of its DER. In memory it takes some times as much.
    std::size_t size() const noexcept { return size_; }

  private:
    struct Free {
        void operator()(X509_crl_st* crl) const noexcept;
        void operator()(x509_store_st* store) const noexcept;
    };
    RevocationList(X509_crl_st* owned, x509_store_st* store, std::size_t size)
        : crl_(owned), store_(store), size_(size) {}

    std::unique_ptr<X509_crl_st, Free> crl_;
    std::unique_ptr<x509_store_st, Free> store_;  ///< the issuer, trusted, and the list
    std::size_t size_;
};

/// The RFC's word for a CRLReason (`keyCompromise`); `unspecified` for numbers that it does not
/// know.
std::string_view to_reason_word(int reason);

}  // namespace crypto
