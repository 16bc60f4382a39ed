#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crypto {

// OpenSSL's octets are `unsigned char`, those of a string are `char`. Both may look at any object's
// bytes ([basic.lval]), so to read or write one as the other is defined: the one reason for a
// reinterpret_cast in this room, so they all stand here.

inline const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// To be written into.
inline unsigned char* octets_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

/// `octets` may be null for no text.
inline std::string_view text_of(const unsigned char* octets, std::size_t length) {
    return {reinterpret_cast<const char*>(octets), length};
}

}  // namespace crypto
