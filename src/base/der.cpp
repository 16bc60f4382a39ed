#include "base/der.h"

namespace base {
namespace {

constexpr unsigned char kVersion = 0xa0;

}  // namespace

std::optional<DerElement> take_der(std::string_view& der) {
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
    const DerElement element{tag, der.substr(header, length)};
    der.remove_prefix(header + length);
    return element;
}

std::optional<DerElement> take_der(std::string_view& der, unsigned char tag) {
    std::string_view rest = der;
    const auto element = take_der(rest);
    if (!element || element->tag != tag) return std::nullopt;
    der = rest;
    return element;
}

std::optional<std::string_view> after_issuer(std::string_view der) {
    const auto certificate = take_der(der, kDerSequence);
    if (!certificate) return std::nullopt;
    std::string_view rest = certificate->content;
    const auto to_be_signed = take_der(rest, kDerSequence);
    if (!to_be_signed) return std::nullopt;
    rest = to_be_signed->content;
    (void)take_der(rest, kVersion);  // absent in version 1
    const bool has_issuer = take_der(rest) && take_der(rest, kDerSequence) &&  // serial, algorithm
                            take_der(rest, kDerSequence);
    return has_issuer ? std::optional{rest} : std::nullopt;
}

}  // namespace base
