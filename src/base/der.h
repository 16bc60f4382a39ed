#pragma once

#include <optional>
#include <string_view>

namespace base {

/// One DER element (X.690): what light executables need to read of a certificate without linking a
/// crypto library. Definite lengths of at most four octets; the views point into the input.
struct DerElement {
    unsigned char tag = 0;
    std::string_view content;
};

/// Takes one element from the front of `der`. Nothing, and `der` as before, if it holds none.
std::optional<DerElement> take_der(std::string_view& der);

/// As above; nothing if the element has another tag.
std::optional<DerElement> take_der(std::string_view& der, unsigned char tag);

inline constexpr unsigned char kDerSequence = 0x30;

/// What of a certificate follows its issuer: validity, subject, key, extensions (RFC 5280 section
/// 4.1). Nothing if `der` is no certificate.
std::optional<std::string_view> after_issuer(std::string_view der);

}  // namespace base
