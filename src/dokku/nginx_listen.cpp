#include "dokku/nginx_listen.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/text.h"

namespace dokku {
namespace {

constexpr std::string_view kListenState = "0A";  // TCP_LISTEN

std::optional<std::uint32_t> parse_hex(std::string_view text) {
    std::uint32_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

/// `0100007F` or 32 such digits: words in host byte order, each printed as a number.
std::optional<std::string> parse_address(std::string_view hex) {
    constexpr std::size_t kWordDigits = 8;
    if (hex.size() != kWordDigits && hex.size() != 4 * kWordDigits) return std::nullopt;
    std::array<std::uint32_t, 4> words{};
    for (std::size_t i = 0; i * kWordDigits < hex.size(); ++i) {
        const auto word = parse_hex(hex.substr(i * kWordDigits, kWordDigits));
        if (!word) return std::nullopt;
        words.at(i) = *word;
    }
    const bool is_ipv6 = hex.size() > kWordDigits;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, words.data(), text.data(), text.size()) ==
        nullptr) {
        return std::nullopt;
    }
    const std::string address{text.data()};
    if (!is_ipv6) return address == "0.0.0.0" ? "*" : address;
    return "[" + address + "]";
}

/// One spelling for an address: nginx accepts many for IPv6, the kernel prints one.
std::string canonical(const std::string& address) {
    if (!address.starts_with('[') || address.size() < 3) return address;
    in6_addr binary{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    const std::string inner = address.substr(1, address.size() - 2);
    if (inet_pton(AF_INET6, inner.c_str(), &binary) != 1 ||
        inet_ntop(AF_INET6, &binary, text.data(), text.size()) == nullptr) {
        return address;
    }
    return "[" + std::string{text.data()} + "]";
}

/// nginx binds a specific address only if no wildcard of its family is there to receive for it, so
/// either of the two in the kernel's table means that the pair is served.
bool is_live(const ListenPair& pair, const std::set<std::string>& listening) {
    return listening.contains(canonical(pair.address)) ||
           listening.contains(pair.is_ipv6() ? "[::]" : "*");
}

std::string bracketed(const std::string& address) {
    const bool bare_ipv6 = address.find(':') != std::string::npos && !address.starts_with('[');
    return bare_ipv6 ? "[" + address + "]" : address;
}

}  // namespace

std::vector<std::string> parse_listening(std::string_view proc_net_tcp, int port) {
    std::vector<std::string> addresses;
    for (const std::string_view line : base::split_lines(proc_net_tcp)) {
        const auto fields = base::split_words(line);
        if (fields.size() < 4 || fields[3] != kListenState) continue;
        const auto colon = fields[1].find(':');
        if (colon == std::string_view::npos) continue;
        if (parse_hex(fields[1].substr(colon + 1)) != static_cast<std::uint32_t>(port)) continue;
        if (auto address = parse_address(fields[1].substr(0, colon))) {
            addresses.push_back(std::move(*address));
        }
    }
    return addresses;
}

std::vector<std::string> read_listening(int port) {
    std::vector<std::string> all;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        constexpr std::size_t kMaxTableBytes = 64UL << 20U;
        const auto text = base::read_file(table, kMaxTableBytes);
        if (!text) continue;
        auto addresses = parse_listening(*text, port);
        all.insert(all.end(), addresses.begin(), addresses.end());
    }
    return all;
}

std::vector<ListenPair> choose_listen_pairs(const std::vector<NginxServer>& servers,
                                            const std::vector<std::string>& listening,
                                            const std::vector<std::string>& bind_addresses) {
    const std::set<std::string> live{listening.begin(), listening.end()};
    std::set<ListenPair> pairs;
    for (const NginxServer& server : servers) {
        for (const ListenPair& pair : server.listens) {
            if (pair.port == 80 && (live.empty() || is_live(pair, live))) pairs.insert(pair);
        }
    }
    if (!pairs.empty()) return {pairs.begin(), pairs.end()};
    // Nginx's files could not be read, but the kernel knows what is there.
    for (const std::string& address : live)
        pairs.insert({address, 80});
    if (!pairs.empty()) return {pairs.begin(), pairs.end()};
    for (const std::string& address : bind_addresses)
        pairs.insert({bracketed(address), 80});
    if (!pairs.empty()) return {pairs.begin(), pairs.end()};
    return {{"*", 80}, {"[::]", 80}};
}

std::string loopback_for(const ListenPair& pair) {
    if (pair.address == "*") return "127.0.0.1";
    if (pair.address == "[::]") return "::1";
    if (pair.is_ipv6()) return pair.address.substr(1, pair.address.size() - 2);
    return pair.address;
}

}  // namespace dokku
