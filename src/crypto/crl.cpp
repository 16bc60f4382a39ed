#include "crypto/crl.h"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/pem.h"
#include "crypto/asn1_value.h"
#include "crypto/free_with.h"
#include "crypto/octets.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

constexpr std::chrono::hours kClockSkew{1};

using CrlPtr = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;
using ScopePtr = std::unique_ptr<ISSUING_DIST_POINT, FreeWith<ISSUING_DIST_POINT_free>>;
using ReasonPtr = std::unique_ptr<ASN1_ENUMERATED, FreeWith<ASN1_ENUMERATED_free>>;

base::Unexpected<base::Error> broken(const std::string& message) {
    return base::fail(base::ErrorKind::protocol, message);
}

/// As DER: a view of the text, or of `decoded` where that had to be made of it.
base::Result<std::string_view> der_of(std::string_view text, std::string& decoded) {
    if (text.size() > kMostCrlBytes) return broken("the CRL is larger than 16 MiB");
    constexpr char kDerSequence = 0x30;
    if (text.starts_with(kDerSequence)) return text;
    const auto blocks = base::pem_blocks(text, "X509 CRL");
    if (blocks.empty()) return broken("no CRL was found");
    decoded = base::pem_to_der(blocks.front());
    return std::string_view{decoded};
}

base::Result<CrlPtr> parse_der(std::string_view der) {
    const auto* at = octets_of(der);
    const auto* end = at + der.size();
    clear_openssl_errors();
    CrlPtr crl{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
    if (!crl) return take_openssl_error(base::ErrorKind::protocol, "the CRL cannot be read");
    if (at != end) return broken("the CRL cannot be read: there is more after its end");
    return crl;
}

base::Unexpected<base::Error> not_the_issuers() {
    return broken("the CRL is not signed by the certificate's issuer");
}

/// RFC 5280 section 6.3.3 (f) and (g), for a CA that signs its lists with the key that it signs
/// certificates with.
base::Result<void> check_signature(X509_CRL* crl, X509* signer) {
    clear_openssl_errors();
    EVP_PKEY* key = X509_get0_pubkey(signer);
    const bool right_name =
        X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(signer)) == 0;
    // A certificate without key usage allows all.
    const bool may_sign = (X509_get_key_usage(signer) & KU_CRL_SIGN) != 0;
    const bool fits = right_name && may_sign && key != nullptr && X509_CRL_verify(crl, key) == 1;
    clear_openssl_errors();  // a wrong signature leaves an entry behind
    if (!fits) return not_the_issuers();
    return {};
}

base::Result<void> check_dates(const X509_CRL* crl, base::UtcTime now) {
    const auto made = to_utc_time(X509_CRL_get0_lastUpdate(crl));
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl);
    const auto until = next != nullptr ? to_utc_time(next) : std::nullopt;
    if (!made || !until) return broken("the CRL does not say when it holds");
    if (*made > now + kClockSkew) {
        return broken("the CRL is of " + base::to_readable(*made) +
                      ", which is to come; is this host's clock right?");
    }
    if (*until + kClockSkew < now) {
        return broken("the CRL was to be replaced at " + base::to_readable(*until));
    }
    return {};
}

/// What is marked critical changes what the list means: a delta CRL, say, is only a part of it.
bool has_unknown_critical_extension(const X509_CRL* crl) {
    for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
        X509_EXTENSION* extension = X509_CRL_get_ext(crl, i);
        const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (X509_EXTENSION_get_critical(extension) != 0 && nid != NID_issuing_distribution_point) {
            return true;
        }
    }
    return false;
}

/// RFC 5280 section 6.3.3 (b) (2): a CA may publish its list in parts, one for each distribution
/// point.
bool is_for(const ISSUING_DIST_POINT& scope, const Certificate& leaf) {
    const bool in_part = scope.onlyCA > 0 || scope.onlyattr > 0 || scope.indirectCRL > 0 ||
                         scope.onlysomereasons != nullptr;
    if (in_part) return false;
    if (scope.distpoint == nullptr) return true;
    const auto points = leaf.crl_urls();
    const auto own = uris_of(scope.distpoint);
    return std::any_of(own.begin(), own.end(), [&](const std::string& uri) {
        return std::find(points.begin(), points.end(), uri) != points.end();
    });
}

base::Result<void> check_scope(const X509_CRL* crl, const Certificate& leaf) {
    if (has_unknown_critical_extension(crl)) {
        return broken("the CRL has a critical extension that is not known here");
    }
    int critical = 0;
    clear_openssl_errors();
    const ScopePtr scope{static_cast<ISSUING_DIST_POINT*>(
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, nullptr))};
    constexpr int kAbsent = -1;
    if (!scope && critical == kAbsent) return {};
    if (!scope || !is_for(*scope, leaf)) return broken("the CRL is for other certificates");
    return {};
}

int reason_of(const X509_REVOKED* entry) {
    clear_openssl_errors();
    const ReasonPtr reason{static_cast<ASN1_ENUMERATED*>(
        X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr))};
    const long number = reason ? ASN1_ENUMERATED_get(reason.get()) : 0;
    constexpr long kHighest = 10;
    return number < 0 || number > kHighest ? 0 : static_cast<int>(number);
}

}  // namespace

void RevocationList::Free::operator()(X509_crl_st* crl) const noexcept {
    X509_CRL_free(crl);
}

void RevocationList::Free::operator()(x509_st* certificate) const noexcept {
    X509_free(certificate);
}

base::Result<RevocationList> RevocationList::parse(std::string_view crl,
                                                   const Certificate& issuer) {
    std::string decoded;
    const auto der = der_of(crl, decoded);
    if (!der) return der.error();
    auto list = parse_der(*der);
    if (!list) return std::move(list).error();
    X509* signer = issuer.native();
    if (auto checked = check_signature(list->get(), signer); !checked) {
        return std::move(checked).error();
    }
    X509_up_ref(signer);
    return RevocationList{list->release(), signer, der->size()};
}

base::Result<std::optional<Revocation>> RevocationList::find(const Certificate& leaf,
                                                             base::UtcTime now) const {
    if (X509_check_issued(issuer_.get(), leaf.native()) != X509_V_OK) return not_the_issuers();
    if (auto checked = check_dates(crl_.get(), now); !checked) return std::move(checked).error();
    if (auto checked = check_scope(crl_.get(), leaf); !checked) return std::move(checked).error();

    X509_REVOKED* entry = nullptr;
    constexpr int kListed = 1;  // 2: taken off the list again (removeFromCRL)
    if (X509_CRL_get0_by_cert(crl_.get(), &entry, leaf.native()) != kListed) {
        return std::optional<Revocation>{};
    }
    const auto at = to_utc_time(X509_REVOKED_get0_revocationDate(entry));
    return std::optional{Revocation{at.value_or(now), reason_of(entry)}};
}

std::string_view to_reason_word(int reason) {
    constexpr std::array<std::string_view, 11> kWords{
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", "unspecified",
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
    const bool known = reason >= 0 && static_cast<std::size_t>(reason) < kWords.size();
    return known ? kWords[static_cast<std::size_t>(reason)] : kWords.front();
}

}  // namespace crypto
