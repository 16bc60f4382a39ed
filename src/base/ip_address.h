#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The one text of an IPv4 or IPv6 address (RFC 5952): two that are equal have the same. An
/// IPv4-mapped one (RFC 4291 section 2.5.5.2) is that IPv4 address. Nothing for what is no address;
/// a zone (`%eth0`), brackets or a port are not part of one.
std::optional<std::string> to_canonical_ip(std::string_view text);

/// Whether hosts all over the internet could reach the address: none of RFC 1918, 100.64.0.0/10
/// (RFC 6598), fc00::/7, loopback, link local, unspecified, multicast or reserved. The ranges for
/// documentation (192.0.2.0/24, 2001:db8::/32, ...) count as public. False for what is no address.
bool is_public(std::string_view text);

/// The addresses of this host's interfaces as canonical text, no doubles, without loopback
/// (127.0.0.0/8, ::1) and link local ones. Others that the loopback interface has are in it: hosts
/// are given addresses that way. None if the kernel does not tell.
std::vector<std::string> local_addresses();

}  // namespace base
