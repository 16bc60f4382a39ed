#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The blocks `-----BEGIN <label>-----` ... `-----END <label>-----` of a PEM text (RFC 7468),
/// markers included, in order. Text around them is skipped; a block without its end is not
/// returned.
std::vector<std::string_view> pem_blocks(std::string_view text, std::string_view label);

/// The first CERTIFICATE block, or an empty view.
std::string_view first_certificate(std::string_view text);

/// The DER bytes of one PEM block; empty if it is not base64.
std::string pem_to_der(std::string_view block);

}  // namespace base
