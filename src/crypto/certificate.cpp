#include "crypto/certificate.h"

#include <optional>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/pem.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/asn1_value.h"
#include "crypto/digest.h"
#include "crypto/free_with.h"
#include "crypto/ip_address.h"
#include "crypto/octets.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

constexpr std::size_t kMaxChainLength = 10;

using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;

using PointsPtr = std::unique_ptr<CRL_DIST_POINTS, FreeWith<CRL_DIST_POINTS_free>>;

struct FreeOpenSsl {
    void operator()(unsigned char* memory) const noexcept { OPENSSL_free(memory); }
};
using BytesPtr = std::unique_ptr<unsigned char, FreeOpenSsl>;

/// The last common name, which is the most specific one; empty if there is none.
std::string common_name(const X509_NAME* name) {
    int last = -1;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
        last = at;
    if (last < 0) return {};
    unsigned char* text = nullptr;
    const int length =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    const BytesPtr owner{text};
    return to_string(text, length);
}

std::string to_der(const X509* certificate) {
    unsigned char* der = nullptr;
    const int length = i2d_X509(certificate, &der);
    const BytesPtr owner{der};
    if (length <= 0) throw_openssl_error("writing a certificate");
    return to_string(der, length);
}

/// Has the list there all reasons, and does the certificate's issuer sign it?
bool is_whole(const DIST_POINT& point) {
    return point.reasons == nullptr && point.CRLissuer == nullptr;
}

base::Unexpected<base::Error> broken(const std::string& message) {
    return base::fail(base::ErrorKind::protocol, message);
}

}  // namespace

void Certificate::Free::operator()(x509_st* certificate) const noexcept {
    X509_free(certificate);
}

base::Result<Certificate> Certificate::parse_block(std::string_view block) {
    const std::string der = base::pem_to_der(block);
    const auto* at = octets_of(der);
    const auto* end = at + der.size();
    clear_openssl_errors();
    Certificate certificate{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
    if (!certificate.certificate_) {
        return take_openssl_error(base::ErrorKind::protocol, "the certificate cannot be read");
    }
    if (at != end) return broken("the certificate cannot be read: there is more after its end");
    // Read once here, so that not_before and not_after cannot fail.
    if (!to_utc_time(X509_get0_notBefore(certificate.native())) ||
        !to_utc_time(X509_get0_notAfter(certificate.native()))) {
        return broken("the certificate cannot be read: its dates are not in a known form");
    }
    return certificate;
}

base::Result<Certificate> Certificate::parse_pem(std::string_view pem) {
    const std::string_view block = base::first_certificate(pem);
    if (block.empty()) return broken("no certificate in PEM form was found");
    return parse_block(block);
}

std::vector<std::string> Certificate::names() const {
    std::vector<std::string> result;
    clear_openssl_errors();
    const NamesPtr found{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate_.get(), NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; i < sk_GENERAL_NAME_num(found.get()); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(found.get(), i), &type);
        if (type != GEN_DNS && type != GEN_IPADD) continue;
        const std::string text = to_string(static_cast<const ASN1_STRING*>(value));
        // An address is an iPAddress entry or nothing: no client takes it from a dNSName.
        if (type == GEN_DNS && !parse_ip_address(text).empty()) continue;
        std::string name = type == GEN_DNS ? base::to_lower(text) : to_ip_text(text);
        if (!name.empty()) result.push_back(std::move(name));
    }
    return result;
}

base::UtcTime Certificate::not_before() const {
    return *to_utc_time(X509_get0_notBefore(certificate_.get()));
}

base::UtcTime Certificate::not_after() const {
    return *to_utc_time(X509_get0_notAfter(certificate_.get()));
}

std::string Certificate::subject_common_name() const {
    return common_name(X509_get_subject_name(certificate_.get()));
}

std::string Certificate::issuer_common_name() const {
    return common_name(X509_get_issuer_name(certificate_.get()));
}

std::string Certificate::fingerprint() const {
    return base::to_hex(sha256(to_der(certificate_.get())));
}

bool Certificate::belongs_to(const PrivateKey& key) const {
    const EVP_PKEY* own = X509_get0_pubkey(certificate_.get());
    clear_openssl_errors();
    const bool same = own != nullptr && EVP_PKEY_eq(own, key.native()) == 1;
    clear_openssl_errors();  // keys of different types leave an entry behind
    return same;
}

bool Certificate::has_same_key(const Certificate& other) const {
    const EVP_PKEY* own = X509_get0_pubkey(certificate_.get());
    const EVP_PKEY* others = X509_get0_pubkey(other.certificate_.get());
    clear_openssl_errors();
    const bool same = own != nullptr && others != nullptr && EVP_PKEY_eq(own, others) == 1;
    clear_openssl_errors();  // keys of different types leave an entry behind
    return same;
}

bool Certificate::covers(std::string_view name) const {
    constexpr unsigned int kNamesOfTheSan =
        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    // To OpenSSL a dot in front means all names below.
    if (name.starts_with('.')) return false;
    const std::string ip = parse_ip_address(name);
    clear_openssl_errors();
    const int found =
        ip.empty() ? X509_check_host(native(), name.data(), name.size(), kNamesOfTheSan, nullptr)
                   : X509_check_ip(native(), octets_of(ip), ip.size(), 0);
    clear_openssl_errors();
    return found == 1;
}

std::string Certificate::serial_der() const {
    unsigned char* der = nullptr;
    clear_openssl_errors();
    const int length = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate_.get()), &der);
    const BytesPtr owner{der};
    if (length <= 0) throw_openssl_error("writing a serial number");
    const unsigned char* content = der;
    long content_length = 0;
    int tag = 0;
    int tag_class = 0;
    if ((ASN1_get_object(&content, &content_length, &tag, &tag_class, length) & 0x80) != 0) {
        throw_openssl_error("reading a serial number");
    }
    return to_string(content, static_cast<int>(content_length));
}

std::string Certificate::authority_key_identifier() const {
    const ASN1_OCTET_STRING* identifier = X509_get0_authority_key_id(certificate_.get());
    return identifier == nullptr ? std::string{} : to_string(identifier);
}

std::vector<std::string> Certificate::crl_urls() const {
    std::vector<std::string> urls;
    clear_openssl_errors();
    const PointsPtr points{static_cast<CRL_DIST_POINTS*>(
        X509_get_ext_d2i(certificate_.get(), NID_crl_distribution_points, nullptr, nullptr))};
    for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
        if (!is_whole(*point)) continue;
        for (std::string& uri : uris_of(point->distpoint)) {
            if (base::parse_url(uri)) urls.push_back(std::move(uri));
        }
    }
    return urls;
}

base::Result<CertificateChain> parse_chain_pem(std::string_view pem) {
    const auto blocks = base::pem_blocks(pem, "CERTIFICATE");
    if (blocks.empty()) return broken("no certificate in PEM form was found");
    if (blocks.size() > kMaxChainLength) {
        return broken("a chain of more than " + std::to_string(kMaxChainLength) +
                      " certificates is not accepted");
    }
    CertificateChain chain;
    for (const std::string_view block : blocks) {
        auto certificate = Certificate::parse_block(block);
        if (!certificate) return std::move(certificate).error();
        chain.push_back(std::move(*certificate));
    }
    return chain;
}

}  // namespace crypto
