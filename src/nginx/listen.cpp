#include "nginx/listen.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/text.h"

namespace nginx {
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

/// nginx binds a specific address only if no wildcard of its family is there to receive for it, so
/// either of the two in the kernel's table means that the pair is served.
bool is_live(const ListenPair& pair, const std::set<std::string>& listening) {
    return listening.contains(pair.address) || listening.contains(pair.is_ipv6() ? "[::]" : "*");
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
    for (const std::string& address : bind_addresses) {
        if (auto pair = parse_listen(bracketed(address))) pairs.insert(std::move(*pair));
    }
    if (!pairs.empty()) return {pairs.begin(), pairs.end()};
    return {{"*", 80}, {"[::]", 80}};
}

std::string loopback_for(const ListenPair& pair, const std::vector<NginxServer>& servers) {
    if (!pair.is_wildcard()) {
        return pair.is_ipv6() ? pair.address.substr(1, pair.address.size() - 2) : pair.address;
    }
    const auto is_free = [&](const std::string& address) {
        const ListenPair specific{address, pair.port};
        return std::none_of(servers.begin(), servers.end(), [&](const NginxServer& server) {
            return std::find(server.listens.begin(), server.listens.end(), specific) !=
                   server.listens.end();
        });
    };
    if (pair.is_ipv6()) return is_free("[::1]") ? "::1" : "";
    for (int host = 1; host < 255; ++host) {
        std::string address = "127.0.0." + std::to_string(host);
        if (is_free(address)) return address;
    }
    return {};
}

}  // namespace nginx
