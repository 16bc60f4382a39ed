#include "base/certificate_names.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <optional>

#include "base/der.h"
#include "base/pem.h"
#include "base/text.h"

namespace base {
namespace {

constexpr unsigned char kExtensions = 0xa3;
constexpr unsigned char kObjectId = 0x06;
constexpr unsigned char kOctetString = 0x04;
constexpr unsigned char kDnsName = 0x82;
constexpr unsigned char kIpAddress = 0x87;
constexpr std::string_view kSubjectAltName = "\x55\x1d\x11";  // 2.5.29.17

/// The value of an extension if it is a subjectAltName: critical or not, the OCTET STRING is last.
std::optional<std::string_view> alternative_names(std::string_view extension) {
    const auto id = take_der(extension, kObjectId);
    if (!id || id->content != kSubjectAltName) return std::nullopt;
    while (const auto part = take_der(extension)) {
        if (part->tag == kOctetString) return part->content;
    }
    return std::nullopt;
}

/// The usual text of 4 or 16 bytes; empty for any other number.
std::string to_ip_text(std::string_view bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
    if (bytes.size() != sizeof(in_addr) && bytes.size() != sizeof(in6_addr)) return {};
    const char* done = ::inet_ntop(family, bytes.data(), text.data(), text.size());
    return done == nullptr ? "" : done;
}

std::vector<std::string> names_in(std::string_view value) {
    std::vector<std::string> names;
    const auto list = take_der(value, kDerSequence);
    if (!list) return names;
    std::string_view rest = list->content;
    while (const auto name = take_der(rest)) {
        if (name->tag == kDnsName) names.emplace_back(name->content);
        if (name->tag != kIpAddress) continue;
        if (auto address = to_ip_text(name->content); !address.empty()) {
            names.push_back(std::move(address));
        }
    }
    return names;
}

}  // namespace

Result<std::vector<std::string>> read_certificate_names(std::string_view pem) {
    const std::string der = pem_to_der(first_certificate(pem));
    const auto fields = after_issuer(der);
    if (!fields) return fail(ErrorKind::protocol, "not a certificate in PEM form");
    std::string_view rest = *fields;
    while (const auto field = take_der(rest)) {
        if (field->tag != kExtensions) continue;
        std::string_view wrapped = field->content;
        const auto extensions = take_der(wrapped, kDerSequence);
        if (!extensions) break;
        std::string_view list = extensions->content;
        while (const auto extension = take_der(list, kDerSequence)) {
            if (const auto value = alternative_names(extension->content)) return names_in(*value);
        }
    }
    return std::vector<std::string>{};
}

bool covers(const std::vector<std::string>& names, std::string_view domain) {
    const std::string wanted = to_lower(domain);
    const auto dot = wanted.find('.');
    const std::string above = dot == std::string::npos ? "" : "*" + wanted.substr(dot);
    return std::any_of(names.begin(), names.end(), [&](const std::string& each) {
        const std::string name = to_lower(each);
        return name == wanted || (!above.empty() && name == above);
    });
}

}  // namespace base
