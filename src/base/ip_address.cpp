#include "base/ip_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>

namespace base {
namespace {

/// 4 or 16 in network order.
using Bytes = std::string;

/// Addresses that begin with the same bits.
struct Block {
    const char* address;
    unsigned prefix_bits;
};

constexpr std::array<Block, 2> kLoopback{{{"127.0.0.0", 8}, {"::1", 128}}};
constexpr std::array<Block, 2> kLinkLocal{{{"169.254.0.0", 16}, {"fe80::", 10}}};
constexpr std::array<Block, 10> kOtherwiseNotPublic{{{"0.0.0.0", 8},
                                                     {"10.0.0.0", 8},
                                                     {"100.64.0.0", 10},
                                                     {"172.16.0.0", 12},
                                                     {"192.168.0.0", 16},
                                                     {"224.0.0.0", 4},
                                                     {"240.0.0.0", 4},
                                                     {"::", 128},
                                                     {"fc00::", 7},
                                                     {"ff00::", 8}}};

/// IPv4 in IPv6: these 12 bytes, then the address.
constexpr std::string_view kMapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};

/// Empty for what is no address.
Bytes parse(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return {};
    const std::string copy{text};
    std::array<char, sizeof(in6_addr)> bytes{};
    if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
        return {bytes.data(), sizeof(in_addr)};
    }
    if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1) return {};
    const Bytes address{bytes.data(), bytes.size()};
    return address.starts_with(kMapped) ? address.substr(kMapped.size()) : address;
}

std::string to_text(const Bytes& address) {
    const int family = address.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(family, address.data(), text.data(), text.size()) == nullptr) return {};
    return text.data();
}

bool is_in(const Bytes& address, const Block& block) {
    const Bytes start = parse(block.address);
    if (address.size() != start.size()) return false;
    const std::size_t whole = block.prefix_bits / 8;
    if (address.compare(0, whole, start, 0, whole) != 0) return false;
    const unsigned rest = block.prefix_bits % 8;
    if (rest == 0) return true;
    const auto differing = static_cast<unsigned char>(address[whole] ^ start[whole]);
    return differing >> (8 - rest) == 0;
}

template <std::size_t count>
bool is_in_one_of(const Bytes& address, const std::array<Block, count>& blocks) {
    return std::any_of(blocks.begin(), blocks.end(),
                       [&](const Block& block) { return is_in(address, block); });
}

/// The address of an interface; empty if it is of another family, or link local in IPv6: these have
/// a zone.
Bytes parse(const sockaddr* address) {
    const bool is_v4 = address->sa_family == AF_INET;
    if (!is_v4 && address->sa_family != AF_INET6) return {};
    std::array<char, NI_MAXHOST> text{};
    const socklen_t size = is_v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    const int status =
        ::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    return status == 0 ? parse(text.data()) : Bytes{};
}

struct FreeInterfaces {
    void operator()(ifaddrs* list) const noexcept { ::freeifaddrs(list); }
};

}  // namespace

std::optional<std::string> to_canonical_ip(std::string_view text) {
    const Bytes address = parse(text);
    if (address.empty()) return std::nullopt;
    return to_text(address);
}

bool is_public(std::string_view text) {
    const Bytes address = parse(text);
    return !address.empty() && !is_in_one_of(address, kLoopback) &&
           !is_in_one_of(address, kLinkLocal) && !is_in_one_of(address, kOtherwiseNotPublic);
}

std::vector<std::string> local_addresses() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return {};
    const std::unique_ptr<ifaddrs, FreeInterfaces> owner{first};
    std::vector<std::string> found;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;  // an interface without addresses
        const Bytes address = parse(entry->ifa_addr);
        if (address.empty() || is_in_one_of(address, kLoopback)) continue;
        if (is_in_one_of(address, kLinkLocal)) continue;
        std::string text = to_text(address);
        if (std::find(found.begin(), found.end(), text) == found.end()) {
            found.push_back(std::move(text));
        }
    }
    return found;
}

}  // namespace base
