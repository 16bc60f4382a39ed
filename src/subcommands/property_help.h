#pragma once

#include <string>
#include <vector>

#include "settings/dns_providers.h"

namespace subcommands {

/// What `letsencrypt:set --help` says below its usage: each property, each DNS provider with its
/// variables.
std::vector<std::string> describe_properties();

/// The provider and, further in, its variables.
std::vector<std::string> describe_provider(const settings::DnsProvider& provider);

}  // namespace subcommands
