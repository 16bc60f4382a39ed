#pragma once

#include <string>
#include <string_view>

namespace crypto {

/// Raw digest bytes.
std::string sha256(std::string_view bytes);

/// Lower-case hex; only for names in the official layout (contract section 10.3), never for trust.
std::string sha1_hex(std::string_view bytes);

}  // namespace crypto
