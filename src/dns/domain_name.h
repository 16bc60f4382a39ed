#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace dns {

/// A domain name as a CA, nginx and DNS may see it: lower case, A-labels (RFC 5890) for names in
/// other scripts, at least two labels, no trailing dot, maybe `*.` in front.
class DnsName {
  public:
    /// The only door. Lower-cases, maps names in other scripts (UTF-8) by UTS #46 non-transitional
    /// and IDNA2008, and removes one trailing dot. `invalid_input` with the rule that was broken
    /// and what to do about it.
    static base::Result<DnsName> parse(std::string_view text);

    const std::string& str() const noexcept { return name_; }
    bool is_wildcard() const noexcept { return name_.starts_with("*."); }

    /// Without `*.`: where DNS records of a wildcard are looked up.
    std::string base_name() const { return is_wildcard() ? name_.substr(2) : name_; }

    friend bool operator==(const DnsName&, const DnsName&) = default;
    friend auto operator<=>(const DnsName&, const DnsName&) = default;

  private:
    explicit DnsName(std::string name) : name_(std::move(name)) {}

    std::string name_;
};

}  // namespace dns
