#include "base/certificate_dates.h"

#include <optional>
#include <string>

#include "base/der.h"
#include "base/pem.h"
#include "base/text.h"

namespace base {
namespace {

constexpr unsigned char kUtcTime = 0x17;
constexpr unsigned char kGeneralizedTime = 0x18;

/// UTCTime `YYMMDDhhmmssZ` or GeneralizedTime `YYYYMMDDhhmmssZ`, the only forms RFC 5280 allows.
std::optional<UtcTime> take_time(std::string_view& der) {
    const auto element = take_der(der);
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

std::optional<CertificateDates> walk(std::string_view der) {
    auto fields = after_issuer(der);
    if (!fields) return std::nullopt;
    const auto validity = take_der(*fields, kDerSequence);
    if (!validity) return std::nullopt;
    std::string_view rest = validity->content;
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
