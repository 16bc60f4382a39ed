#include "base/certificate_dates.h"

#include <optional>
#include <string>

#include "base/pem.h"
#include "base/text.h"

namespace base {
namespace {

constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kVersion = 0xa0;
constexpr unsigned char kUtcTime = 0x17;
constexpr unsigned char kGeneralizedTime = 0x18;

struct Element {
    unsigned char tag = 0;
    std::string_view content;
};

/// Takes one definite-length DER element from the front of `der`.
std::optional<Element> take(std::string_view& der) {
    if (der.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(der[i]); };
    const unsigned char tag = byte(0);
    std::size_t length = byte(1);
    std::size_t header = 2;
    if (length >= 0x80) {
        const std::size_t octets = length & 0x7fU;
        if (octets == 0 || octets > 4 || der.size() < 2 + octets) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < octets; ++i)
            length = (length << 8U) | byte(2 + i);
        header += octets;
    }
    if (der.size() - header < length) return std::nullopt;
    const Element element{tag, der.substr(header, length)};
    der.remove_prefix(header + length);
    return element;
}

std::optional<Element> take(std::string_view& der, unsigned char tag) {
    auto element = take(der);
    if (!element || element->tag != tag) return std::nullopt;
    return element;
}

/// UTCTime `YYMMDDhhmmssZ` or GeneralizedTime `YYYYMMDDhhmmssZ`, the only forms RFC 5280 allows.
std::optional<UtcTime> take_time(std::string_view& der) {
    const auto element = take(der);
    if (!element) return std::nullopt;
    std::string digits{element->content};
    if (element->tag == kUtcTime && digits.size() == 13) {
        digits.insert(0, digits[0] < '5' ? "20" : "19");
    } else if (element->tag != kGeneralizedTime || digits.size() != 15) {
        return std::nullopt;
    }
    // Digits only: a sign would be a number, too.
    if (digits.back() != 'Z' || digits.find_first_not_of("0123456789") != digits.size() - 1) {
        return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t count) {
        return static_cast<int>(parse_integer(digits.substr(at, count)).value_or(-1));
    };
    return make_utc_time(number(0, 4), number(4, 2), number(6, 2), number(8, 2), number(10, 2),
                         number(12, 2));
}

/// Certificate > tbsCertificate > [version] serialNumber signature issuer validity.
std::optional<CertificateDates> walk(std::string_view der) {
    const auto certificate = take(der, kSequence);
    if (!certificate) return std::nullopt;
    std::string_view rest = certificate->content;
    const auto to_be_signed = take(rest, kSequence);
    if (!to_be_signed) return std::nullopt;
    rest = to_be_signed->content;
    if (!rest.empty() && static_cast<unsigned char>(rest.front()) == kVersion && !take(rest)) {
        return std::nullopt;
    }
    if (!take(rest) || !take(rest, kSequence) || !take(rest, kSequence)) return std::nullopt;
    const auto validity = take(rest, kSequence);
    if (!validity) return std::nullopt;
    rest = validity->content;
    const auto not_before = take_time(rest);
    const auto not_after = take_time(rest);
    if (!not_before || !not_after) return std::nullopt;
    return CertificateDates{*not_before, *not_after};
}

}  // namespace

Result<CertificateDates> read_certificate_dates(std::string_view pem) {
    const std::string der = pem_to_der(first_certificate(pem));
    const auto dates = walk(der);
    if (!dates) return fail(ErrorKind::protocol, "not a certificate in PEM form");
    return *dates;
}

}  // namespace base
