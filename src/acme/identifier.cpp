#include "acme/identifier.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <tuple>

#include "base/text.h"
#include "json/value.h"

namespace acme {
namespace {

/// The shortest form of an IP address (RFC 5952); nothing if it is none.
std::optional<std::string> canonical_address(const std::string& text) {
    if (text.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
    std::array<unsigned char, sizeof(in6_addr)> address{};
    std::array<char, INET6_ADDRSTRLEN> shortest{};
    for (const int family : {AF_INET, AF_INET6}) {
        if (::inet_pton(family, text.c_str(), address.data()) != 1) continue;
        if (::inet_ntop(family, address.data(), shortest.data(), shortest.size()) == nullptr) break;
        return std::string(shortest.data());
    }
    return std::nullopt;
}

std::vector<Identifier> sorted(const std::vector<Identifier>& identifiers) {
    std::vector<Identifier> all;
    all.reserve(identifiers.size());
    for (const Identifier& one : identifiers)
        all.push_back(normalized(one));
    std::sort(all.begin(), all.end(), [](const Identifier& a, const Identifier& b) {
        return std::tie(a.type, a.value) < std::tie(b.type, b.value);
    });
    return all;
}

}  // namespace

Identifier to_identifier(std::string_view name) {
    if (auto address = canonical_address(std::string(name))) return {"ip", std::move(*address)};
    return {"dns", base::to_lower(name)};
}

Identifier normalized(const Identifier& identifier) {
    if (identifier.type == "ip") {
        if (auto address = canonical_address(identifier.value)) return {"ip", std::move(*address)};
    }
    return {identifier.type, base::to_lower(identifier.value)};
}

bool same_identifiers(const std::vector<Identifier>& one, const std::vector<Identifier>& other) {
    return sorted(one) == sorted(other);
}

std::optional<Identifier> parse_identifier(std::string_view json) {
    const auto value = json::Value::parse(json);
    if (!value) return std::nullopt;
    auto type = value->string("type");
    auto text = value->string("value");
    if (!type || !text || text->empty()) return std::nullopt;
    return Identifier{std::move(*type), std::move(*text)};
}

}  // namespace acme
