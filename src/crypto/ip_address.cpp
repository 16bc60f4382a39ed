#include "crypto/ip_address.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

namespace crypto {

std::string parse_ip_address(std::string_view text) {
    const std::string copy{text};
    std::array<char, sizeof(in6_addr)> bytes{};
    if (copy.find('\0') != std::string::npos) return {};
    if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
        return {bytes.data(), sizeof(in_addr)};
    }
    if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return {bytes.data(), bytes.size()};
    return {};
}

std::string to_ip_text(std::string_view bytes) {
    const bool is_v4 = bytes.size() == sizeof(in_addr);
    if (!is_v4 && bytes.size() != sizeof(in6_addr)) return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
}

}  // namespace crypto
