#pragma once

#include <string>
#include <string_view>

namespace dns {

/// The name that its owner has registered, one label below a public suffix (Public Suffix List, its
/// private part included, as Let's Encrypt counts): `example.co.uk` for `www.example.co.uk`. Looked
/// for in the host's own copy of the list, which libpsl finds.
///
/// A wildcard counts as its base name. A name that is a public suffix itself, and an address, is
/// returned as it is. Lower case. Cannot fail.
std::string registered_domain(std::string_view name);

}  // namespace dns
