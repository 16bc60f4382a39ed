#include "crypto/csr.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "crypto/free_with.h"
#include "crypto/ip_address.h"
#include "crypto/octets.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

using RequestPtr = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using NamePtr = std::unique_ptr<GENERAL_NAME, FreeWith<GENERAL_NAME_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using OctetsPtr = std::unique_ptr<ASN1_STRING, FreeWith<ASN1_STRING_free>>;

struct FreeExtensions {
    void operator()(STACK_OF(X509_EXTENSION) * extensions) const noexcept {
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    }
};
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeExtensions>;

constexpr std::size_t kMaxCommonNameChars = 64;

bool is_plain_ascii(std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

NamePtr make_general_name(std::string_view name) {
    const std::string ip = parse_ip_address(name);
    const std::string_view value = ip.empty() ? name : std::string_view{ip};
    NamePtr result{GENERAL_NAME_new()};
    OctetsPtr text{ASN1_STRING_type_new(ip.empty() ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING)};
    if (!result || !text ||
        ASN1_STRING_set(text.get(), value.data(), static_cast<int>(value.size())) != 1) {
        return nullptr;
    }
    GENERAL_NAME_set0_value(result.get(), ip.empty() ? GEN_DNS : GEN_IPADD, text.release());
    return result;
}

bool add_alternative_names(X509_REQ* request, const std::vector<std::string>& names) {
    const NamesPtr all{GENERAL_NAMES_new()};
    if (!all) return false;
    for (const std::string& name : names) {
        NamePtr entry = make_general_name(name);
        if (!entry || sk_GENERAL_NAME_push(all.get(), entry.get()) <= 0) return false;
        static_cast<void>(entry.release());  // the stack has it now
    }
    ExtensionPtr extension{X509V3_EXT_i2d(NID_subject_alt_name, 0, all.get())};
    const ExtensionsPtr extensions{sk_X509_EXTENSION_new_null()};
    if (!extension || !extensions ||
        sk_X509_EXTENSION_push(extensions.get(), extension.get()) <= 0) {
        return false;
    }
    static_cast<void>(extension.release());
    return X509_REQ_add_extensions(request, extensions.get()) == 1;
}

bool set_common_name(X509_REQ* request, const std::vector<std::string>& names) {
    const auto fits = std::find_if(names.begin(), names.end(), [](const std::string& name) {
        return name.size() <= kMaxCommonNameChars && parse_ip_address(name).empty();
    });
    if (fits == names.end()) return true;
    return X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), NID_commonName,
                                      MBSTRING_UTF8, octets_of(*fits),
                                      static_cast<int>(fits->size()), -1, 0) == 1;
}

std::optional<std::string> to_der(const X509_REQ* request) {
    const int size = i2d_X509_REQ(request, nullptr);
    if (size <= 0) return std::nullopt;
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* at = octets_of(der);
    if (i2d_X509_REQ(request, &at) != size) return std::nullopt;
    return der;
}

}  // namespace

base::Result<std::string> make_csr(const PrivateKey& key, const std::vector<std::string>& names) {
    if (names.empty()) {
        return base::fail(base::ErrorKind::invalid_input, "a certificate needs at least one name");
    }
    for (const std::string& name : names) {
        if (is_plain_ascii(name)) continue;
        return base::fail(base::ErrorKind::invalid_input,
                          "\"" + base::printable(name) + "\" cannot be put into a certificate");
    }
    const EVP_MD* digest = key.type() == KeyType::p384 ? EVP_sha384() : EVP_sha256();
    clear_openssl_errors();
    const RequestPtr request{X509_REQ_new()};
    if (!request || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(request.get(), key.native()) != 1 ||
        !set_common_name(request.get(), names) || !add_alternative_names(request.get(), names) ||
        X509_REQ_sign(request.get(), key.native(), digest) <= 0) {
        return take_openssl_error(base::ErrorKind::internal, "making a certificate request");
    }
    auto der = to_der(request.get());
    if (!der) return take_openssl_error(base::ErrorKind::internal, "writing a certificate request");
    return std::move(*der);
}

}  // namespace crypto
