#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace settings {

/// A variable of a DNS provider: what `dns-provider-NAME` sets.
struct ProviderVariable {
    std::string_view name;
    std::string_view help;            ///< as in `needs a program to call`
    std::string_view example = {};    ///< a value, for advice
    std::string_view otherwise = {};  ///< where it is not set
    bool is_needed = false;
    bool is_secret = false;
};

/// A DNS provider for DNS-01 that this version can use. Whatever code knows of it by
/// name is here, but for how it is used: its file in dns/providers, and its line in
/// dns/providers/open_provider.cpp.
struct DnsProvider {
    std::string_view name;                           ///< as lego calls it
    std::span<const std::string_view> aliases = {};  ///< what else it may be called
    std::string_view help;
    std::span<const ProviderVariable> variables;
};

std::span<const DnsProvider> dns_providers();

bool is_called(const DnsProvider& provider, std::string_view name_or_alias);

/// Null for one that this version lacks.
const DnsProvider* find_dns_provider(std::string_view name_or_alias);

/// `app` may be `<app>`.
base::Error describe_unknown_provider(std::string_view name, std::string_view app);

/// `invalid_input` names the first variable that the provider needs and that is not set. No value
/// comes into a message: among them are passwords.
base::Result<void> check_variables(const DnsProvider& provider,
                                   const std::map<std::string, std::string>& variables);

/// "" for a variable without one.
std::string_view default_of(const DnsProvider& provider, std::string_view variable);

}  // namespace settings
