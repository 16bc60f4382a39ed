#include "crypto/csr.h"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/free_with.h"
#include "support/certificate_maker.h"

using base::ErrorKind;
using crypto::KeyType;
using crypto::make_csr;
using Names = std::vector<std::string>;

namespace {

struct FreeExtensions {
    void operator()(STACK_OF(X509_EXTENSION) * extensions) const noexcept {
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    }
};

/// What a CA reads in a request.
struct Request {
    long version = -1;
    std::string common_name;
    int subject_entries = 0;
    Names dns_names;
    Names ip_bytes;
    int extensions = 0;
    bool signed_by_own_key = false;
    bool has_key = false;
};

std::string to_string(const ASN1_STRING* text) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

void read_names(const X509_REQ* csr, Request& request) {
    const std::unique_ptr<STACK_OF(X509_EXTENSION), FreeExtensions> extensions{
        X509_REQ_get_extensions(const_cast<X509_REQ*>(csr))};
    request.extensions = sk_X509_EXTENSION_num(extensions.get());
    const std::unique_ptr<GENERAL_NAMES, crypto::FreeWith<GENERAL_NAMES_free>> names{
        static_cast<GENERAL_NAMES*>(
            X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        auto& target = type == GEN_IPADD ? request.ip_bytes : request.dns_names;
        target.push_back(to_string(static_cast<const ASN1_STRING*>(value)));
    }
}

Request read(const std::string& der, const crypto::PrivateKey& key) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* end = at + der.size();
    const std::unique_ptr<X509_REQ, crypto::FreeWith<X509_REQ_free>> csr{
        d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()))};
    REQUIRE(csr);
    CHECK(at == end);
    Request request;
    request.version = X509_REQ_get_version(csr.get());
    const X509_NAME* subject = X509_REQ_get_subject_name(csr.get());
    request.subject_entries = X509_NAME_entry_count(subject);
    if (request.subject_entries > 0) {
        request.common_name = to_string(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, 0)));
    }
    EVP_PKEY* own = X509_REQ_get0_pubkey(csr.get());
    request.signed_by_own_key = X509_REQ_verify(csr.get(), own) == 1;
    request.has_key = EVP_PKEY_eq(own, key.native()) == 1;
    read_names(csr.get(), request);
    return request;
}

}  // namespace

TEST_CASE("a request names all domains and the first as common name", "[crypto][rfc8555-7.4]") {
    const KeyType type = GENERATE(KeyType::p256, KeyType::p384, KeyType::rsa2048);
    const auto key = test::make_key(type);
    const auto csr = make_csr(key, {"a.test", "*.b.test", "xn--bcher-kva.test"});
    REQUIRE(csr);
    const Request request = read(*csr, key);
    CHECK(request.version == 0);
    CHECK(request.common_name == "a.test");
    CHECK(request.subject_entries == 1);
    CHECK(request.dns_names == Names{"a.test", "*.b.test", "xn--bcher-kva.test"});
    CHECK(request.ip_bytes.empty());
    CHECK(request.extensions == 1);
    CHECK(request.signed_by_own_key);
    CHECK(request.has_key);
}

TEST_CASE("a name of more than 64 characters is no common name", "[crypto]") {
    const auto key = test::make_key();
    const std::string of_64 = std::string(59, 'a') + ".test";
    const std::string of_65 = std::string(60, 'a') + ".test";
    REQUIRE(of_64.size() == 64);

    CHECK(read(make_csr(key, {of_64}).value(), key).common_name == of_64);
    const Request next = read(make_csr(key, {of_65, "b.test"}).value(), key);
    CHECK(next.common_name == "b.test");
    CHECK(next.dns_names == Names{of_65, "b.test"});
    const Request none = read(make_csr(key, {of_65}).value(), key);
    CHECK(none.subject_entries == 0);
    CHECK(none.dns_names == Names{of_65});
    CHECK(none.signed_by_own_key);
}

TEST_CASE("IP addresses become iPAddress entries, never the common name", "[crypto][rfc8738]") {
    const auto key = test::make_key();
    const Request mixed = read(make_csr(key, {"192.0.2.7", "2001:db8::1", "a.test"}).value(), key);
    CHECK(mixed.common_name == "a.test");
    CHECK(mixed.dns_names == Names{"a.test"});
    CHECK(mixed.ip_bytes == Names{std::string{"\xc0\x00\x02\x07", 4},
                                  std::string{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16}});
    const Request alone = read(make_csr(key, {"192.0.2.7"}).value(), key);
    CHECK(alone.subject_entries == 0);
    CHECK(alone.ip_bytes.size() == 1);
}

TEST_CASE("a request without names, or for what is no name, is refused", "[crypto]") {
    const auto key = test::make_key();
    CHECK(make_csr(key, {}).error().kind == ErrorKind::invalid_input);
    for (const std::string& bad :
         {std::string{}, std::string{"a b.test"}, std::string{"b\xc3\xbc.test"},
          std::string{"a.test\0.b.test", 14}, std::string{"a.test\n"}}) {
        const auto csr = make_csr(key, {"a.test", bad});
        REQUIRE_FALSE(csr);
        CHECK(csr.error().kind == ErrorKind::invalid_input);
    }
}

TEST_CASE("a request holds a hundred names", "[crypto]") {
    const auto key = test::make_key();
    Names names;
    for (int i = 0; i < 100; ++i)
        names.push_back("name" + std::to_string(i) + ".example.test");
    CHECK(read(make_csr(key, names).value(), key).dns_names == names);
}
