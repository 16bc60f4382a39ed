#include "crypto/crl.h"

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
using ContextPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
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

/// OpenSSL would take a list of what has changed for the whole list.
bool is_delta(const X509_CRL* crl) {
    return X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
}

/// What OpenSSL says of the leaf, as X509_V_ERR_*: signatures, key usage, scope and critical
/// extensions of the list, and whether the leaf is on it. Times were looked at before.
int check_leaf(X509_STORE* store, X509* leaf) {
    clear_openssl_errors();
    const ContextPtr context{X509_STORE_CTX_new()};
    if (!context || X509_STORE_CTX_init(context.get(), store, leaf, nullptr) != 1) {
        throw_openssl_error("preparing to look into a CRL");
    }
    X509_verify_cert(context.get());
    const int result = X509_STORE_CTX_get_error(context.get());
    clear_openssl_errors();  // a wrong signature leaves an entry behind
    return result;
}

std::string reason_to_ignore(int result) {
    switch (result) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_CRL_SIGNATURE_FAILURE:
            return "the CRL is not signed by the certificate's issuer";
        case X509_V_ERR_DIFFERENT_CRL_SCOPE:
            return "the CRL is for other certificates";
        case X509_V_ERR_UNABLE_TO_GET_CRL:
            return "the CRL is for other certificates too, or for some reasons only";
        default:
            return std::string{"the CRL tells nothing: "} + X509_verify_cert_error_string(result);
    }
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

void RevocationList::Free::operator()(x509_store_st* store) const noexcept {
    X509_STORE_free(store);
}

base::Result<RevocationList> RevocationList::parse(std::string_view crl,
                                                   const Certificate& issuer) {
    std::string decoded;
    const auto der = der_of(crl, decoded);
    if (!der) return der.error();
    auto list = parse_der(*der);
    if (!list) return std::move(list).error();
    if (is_delta(list->get())) {
        return broken("the CRL has the critical extension of a list of changes");
    }
    X509* signer = issuer.native();
    if (X509_NAME_cmp(X509_CRL_get_issuer(list->get()), X509_get_subject_name(signer)) != 0) {
        return broken(reason_to_ignore(X509_V_ERR_CRL_SIGNATURE_FAILURE));
    }
    RevocationList made{list->release(), X509_STORE_new(), der->size()};
    X509_STORE* store = made.store_.get();
    // The issuer is trusted as it is. An hour of skew is not what OpenSSL's look at times allows.
    constexpr unsigned long kRules =
        X509_V_FLAG_CRL_CHECK | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME;
    if (store == nullptr || X509_STORE_add_cert(store, signer) != 1 ||
        X509_STORE_add_crl(store, made.crl_.get()) != 1 ||
        X509_STORE_set_flags(store, kRules) != 1) {
        throw_openssl_error("preparing to look into a CRL");
    }
    return made;
}

base::Result<std::optional<Revocation>> RevocationList::find(const Certificate& leaf,
                                                             base::UtcTime now) const {
    if (auto checked = check_dates(crl_.get(), now); !checked) return std::move(checked).error();
    const int result = check_leaf(store_.get(), leaf.native());
    if (result == X509_V_OK) return std::optional<Revocation>{};
    X509_REVOKED* entry = nullptr;
    if (result != X509_V_ERR_CERT_REVOKED ||
        X509_CRL_get0_by_cert(crl_.get(), &entry, leaf.native()) == 0) {
        return broken(reason_to_ignore(result));
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
