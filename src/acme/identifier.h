#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acme {

/// What a certificate speaks for (RFC 8555 section 9.7.7): `dns`, or `ip` (RFC 8738). Other types
/// are kept as the CA sent them.
struct Identifier {
    std::string type;
    std::string value;

    friend bool operator==(const Identifier&, const Identifier&) = default;
};

/// An `ip` identifier for an IPv4 or IPv6 address (RFC 8738 section 3, shortest form), a `dns` one
/// in lower case for everything else. The name is not checked.
Identifier to_identifier(std::string_view name);

/// Lower case for names, shortest form for addresses: two spellings of one thing become equal.
Identifier normalized(const Identifier& identifier);

/// The same identifiers in any order and spelling.
bool same_identifiers(const std::vector<Identifier>& one, const std::vector<Identifier>& other);

/// Reads an identifier object; nothing if `type` or `value` is missing.
std::optional<Identifier> parse_identifier(std::string_view json);

}  // namespace acme
