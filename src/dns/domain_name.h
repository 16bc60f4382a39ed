#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dns {

/// A domain name as a CA, nginx and DNS may see it: lower case, A-labels (RFC 5890) for names in
/// other scripts, at least two labels, no trailing dot, maybe `*.` in front. Or, where a
/// certificate is for one (RFC 8738), an IPv4 address: Dokku takes it as a domain, and no IPv6
/// address.
class DnsName {
  public:
    /// The door for names. Lower-cases, maps names in other scripts (UTF-8) by UTS #46
    /// non-transitional and IDNA2008, and removes one trailing dot. `invalid_input` with the rule
    /// that was broken and what to do about it.
    static base::Result<DnsName> parse(std::string_view text);

    /// The door for addresses: an IPv4 address in its usual form; nothing for any other text.
    static std::optional<DnsName> parse_address(std::string_view text);

    const std::string& str() const noexcept { return name_; }
    bool is_wildcard() const noexcept { return name_.starts_with("*."); }

    /// The last label of a name has something else than digits.
    bool is_address() const noexcept {
        return name_.find_first_not_of("0123456789.") == std::string::npos;
    }

    /// Without `*.`: where DNS records of a wildcard are looked up.
    std::string base_name() const { return is_wildcard() ? name_.substr(2) : name_; }

    friend bool operator==(const DnsName&, const DnsName&) = default;
    // clang-tidy 14 takes the defaulted comparison for one with a null pointer.
    friend auto operator<=>(const DnsName&, const DnsName&) = default;  // NOLINT(*-use-nullptr)

  private:
    explicit DnsName(std::string name) : name_(std::move(name)) {}

    std::string name_;
};

/// The base name of a name that was parsed before and is text again.
constexpr std::string_view base_name_of(std::string_view name) {
    return name.starts_with("*.") ? name.substr(2) : name;
}

}  // namespace dns
