#include "support/certificate_maker.h"

#include <arpa/inet.h>
#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace test {
namespace {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using NumberInDerPtr = std::unique_ptr<ASN1_INTEGER, FreeWith<ASN1_INTEGER_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>>;
using EnumPtr = std::unique_ptr<ASN1_ENUMERATED, FreeWith<ASN1_ENUMERATED_free>>;
using NamePtr = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using IdentifierPtr = std::unique_ptr<AUTHORITY_KEYID, FreeWith<AUTHORITY_KEYID_free>>;

void require(bool worked) {
    if (!worked) throw std::runtime_error("making a test certificate failed");
}

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void set_common_name(X509_NAME* name, const std::string& text) {
    if (text.empty()) return;
    require(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes_of(text),
                                       static_cast<int>(text.size()), -1, 0) == 1);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    const ExtensionPtr extension{X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str())};
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string value;
    for (const std::string& name : names) {
        std::array<unsigned char, 16> ip{};
        const bool is_ip = inet_pton(AF_INET, name.c_str(), ip.data()) == 1 ||
                           inet_pton(AF_INET6, name.c_str(), ip.data()) == 1;
        const std::string kind = name.starts_with("DNS:") ? "" : is_ip ? "IP:" : "DNS:";
        if (!value.empty()) value += ',';
        value += kind;
        value += name;
    }
    return value;
}

void add_authority_key_identifier(X509* certificate, const std::string& bytes) {
    const IdentifierPtr identifier{AUTHORITY_KEYID_new()};
    require(identifier != nullptr);
    identifier->keyid = ASN1_OCTET_STRING_new();
    require(ASN1_OCTET_STRING_set(identifier->keyid, bytes_of(bytes),
                                  static_cast<int>(bytes.size())) == 1);
    require(X509_add1_ext_i2d(certificate, NID_authority_key_identifier, identifier.get(), 0, 0) ==
            1);
}

void set_fields(X509* certificate, const CertificateSpec& spec) {
    const NumberPtr serial{BN_bin2bn(bytes_of(spec.serial_bytes),
                                     static_cast<int>(spec.serial_bytes.size()), nullptr)};
    require(serial && X509_set_version(certificate, X509_VERSION_3) == 1);
    require(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr);
    require(ASN1_TIME_set(X509_getm_notBefore(certificate), base::to_unix(spec.not_before)) !=
            nullptr);
    require(ASN1_TIME_set(X509_getm_notAfter(certificate), base::to_unix(spec.not_after)) !=
            nullptr);
    set_common_name(X509_get_subject_name(certificate), spec.common_name);
    set_common_name(X509_get_issuer_name(certificate),
                    spec.issuer_name.empty() ? spec.common_name : spec.issuer_name);
}

void add_extensions(X509* certificate, const CertificateSpec& spec) {
    if (!spec.names.empty()) {
        add_extension(certificate, NID_subject_alt_name, alternative_names(spec.names));
    }
    if (spec.is_authority) {
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, NID_key_usage, spec.key_usage);
    }
    if (!spec.crl_points.empty()) {
        std::string points;
        for (const std::string& point : spec.crl_points)
            points += (points.empty() ? "" : ",") + point;
        add_extension(certificate, NID_crl_distribution_points, points);
    }
    if (!spec.authority_key_identifier.empty()) {
        add_authority_key_identifier(certificate, spec.authority_key_identifier);
    }
}

NumberInDerPtr to_integer(const std::string& bytes) {
    const NumberPtr number{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
    require(number != nullptr);
    return NumberInDerPtr{BN_to_ASN1_INTEGER(number.get(), nullptr)};
}

TimePtr to_time(base::UtcTime time) {
    return TimePtr{ASN1_TIME_set(nullptr, base::to_unix(time))};
}

void add_entry(X509_CRL* crl, const CrlSpec::Entry& entry) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    require(X509_REVOKED_set_serialNumber(revoked, to_integer(entry.serial_bytes).get()) == 1);
    require(X509_REVOKED_set_revocationDate(revoked, to_time(entry.at).get()) == 1);
    if (entry.reason) {
        const EnumPtr reason{ASN1_ENUMERATED_new()};
        require(ASN1_ENUMERATED_set(reason.get(), *entry.reason) == 1);
        require(X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason.get(), 0, 0) == 1);
    }
    require(X509_CRL_add0_revoked(crl, revoked) == 1);
}

void add_crl_extensions(X509_CRL* crl, const CrlSpec& spec) {
    if (!spec.scope.empty()) {
        const ExtensionPtr scope{X509V3_EXT_conf_nid(
            nullptr, nullptr, NID_issuing_distribution_point, spec.scope.c_str())};
        require(scope && X509_CRL_add_ext(crl, scope.get(), -1) == 1);
    }
    if (spec.is_delta) {
        const auto base_number = to_integer("\x01");
        require(X509_CRL_add1_ext_i2d(crl, NID_delta_crl, base_number.get(), 1, 0) == 1);
    }
}

RequestPtr read_request(const std::string& der) {
    const unsigned char* at = bytes_of(der);
    RequestPtr request{d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()))};
    require(request != nullptr);
    return request;
}

std::string to_pem(X509* certificate) {
    const BioPtr sink{BIO_new(BIO_s_mem())};
    require(sink && PEM_write_bio_X509(sink.get(), certificate) == 1);
    std::string pem(BIO_ctrl_pending(sink.get()), '\0');
    require(BIO_read(sink.get(), pem.data(), static_cast<int>(pem.size())) > 0);
    return pem;
}

std::string sign(const CertificateSpec& spec, EVP_PKEY* subject, const crypto::PrivateKey& signer) {
    const CertificatePtr certificate{X509_new()};
    require(certificate != nullptr);
    set_fields(certificate.get(), spec);
    require(X509_set_pubkey(certificate.get(), subject) == 1);
    add_extensions(certificate.get(), spec);
    require(X509_sign(certificate.get(), signer.native(), EVP_sha256()) > 0);
    return to_pem(certificate.get());
}

}  // namespace

std::string make_certificate(const CertificateSpec& spec, const crypto::PrivateKey& subject,
                             const crypto::PrivateKey& signer) {
    return sign(spec, subject.native(), signer);
}

std::string make_certificate_for(const CertificateSpec& spec, const std::string& request_der,
                                 const crypto::PrivateKey& signer) {
    return sign(spec, X509_REQ_get0_pubkey(read_request(request_der).get()), signer);
}

std::vector<std::string> names_in_request(const std::string& request_der) {
    const RequestPtr request = read_request(request_der);
    auto* extensions = X509_REQ_get_extensions(request.get());
    auto* alternatives = static_cast<GENERAL_NAMES*>(
        X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
    std::vector<std::string> names;
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
        const GENERAL_NAME* one = sk_GENERAL_NAME_value(alternatives, i);
        if (one->type != GEN_DNS) continue;
        const auto* text = ASN1_STRING_get0_data(one->d.dNSName);
        // OpenSSL's text is of unsigned bytes.
        names.emplace_back(reinterpret_cast<const char*>(text),
                           static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName)));
    }
    GENERAL_NAMES_free(alternatives);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return names;
}

std::string make_certificate(const CertificateSpec& spec, const crypto::PrivateKey& key) {
    return make_certificate(spec, key, key);
}

std::string make_crl(const CrlSpec& spec, const crypto::PrivateKey& signer) {
    const CrlPtr crl{X509_CRL_new()};
    constexpr long kVersion2 = 1;
    require(crl && X509_CRL_set_version(crl.get(), kVersion2) == 1);
    const NamePtr issuer{X509_NAME_new()};
    set_common_name(issuer.get(), spec.issuer_name);
    require(X509_CRL_set_issuer_name(crl.get(), issuer.get()) == 1);
    require(X509_CRL_set1_lastUpdate(crl.get(), to_time(spec.made).get()) == 1);
    if (spec.until) {
        require(X509_CRL_set1_nextUpdate(crl.get(), to_time(*spec.until).get()) == 1);
    }
    for (const CrlSpec::Entry& entry : spec.revoked)
        add_entry(crl.get(), entry);
    add_crl_extensions(crl.get(), spec);
    require(X509_CRL_sort(crl.get()) == 1);
    require(X509_CRL_sign(crl.get(), signer.native(), EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    const int length = i2d_X509_CRL(crl.get(), &der);
    require(length > 0);
    std::string bytes{reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)};
    OPENSSL_free(der);
    return bytes;
}

crypto::PrivateKey make_key(crypto::KeyType type) {
    auto key = crypto::PrivateKey::generate(type);
    require(key.has_value());
    return std::move(*key);
}

}  // namespace test
