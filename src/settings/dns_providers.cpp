#include "settings/dns_providers.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace settings {
namespace {

constexpr auto kExecVariables = std::to_array<ProviderVariable>({
    {.name = "EXEC_PATH",
     .help = "a program to call",
     .example = "/path/to/program",
     .is_needed = true},
    {.name = "EXEC_MODE", .help = "RAW has it called with the challenge instead of the record"},
    {.name = "EXEC_PROPAGATION_TIMEOUT",
     .help = "seconds in which all name servers have to show the record",
     .otherwise = "60"},
    {.name = "EXEC_POLLING_INTERVAL",
     .help = "seconds from one look at them to the next",
     .otherwise = "2"},
});

constexpr auto kProviders = std::to_array<DnsProvider>({
    {.name = "exec",
     .help = "a program of yours sets the records; its own variables are handed to it",
     .variables = kExecVariables},
});

}  // namespace

std::span<const DnsProvider> dns_providers() {
    return kProviders;
}

bool is_called(const DnsProvider& provider, std::string_view name_or_alias) {
    const auto& aliases = provider.aliases;
    return name_or_alias == provider.name ||
           std::find(aliases.begin(), aliases.end(), name_or_alias) != aliases.end();
}

const DnsProvider* find_dns_provider(std::string_view name_or_alias) {
    const auto* found = std::find_if(
        kProviders.begin(), kProviders.end(),
        [&](const DnsProvider& provider) { return is_called(provider, name_or_alias); });
    return found == kProviders.end() ? nullptr : found;
}

base::Error describe_unknown_provider(std::string_view name, std::string_view app) {
    const std::string set = "dokku letsencrypt:set " + std::string{app};
    return {base::ErrorKind::invalid_input,
            "The DNS provider '" + base::printable(name) +
                "' is not supported by this version of the plugin",
            std::nullopt,
            {"Let a program of yours set the records: " + set +
                 " dns-provider exec, then dns-provider-EXEC_PATH",
             "or use HTTP-01: " + set + " dns-provider none"}};
}

base::Result<void> check_variables(const DnsProvider& provider,
                                   const std::map<std::string, std::string>& variables) {
    for (const ProviderVariable& variable : provider.variables) {
        const auto found = variables.find(std::string{variable.name});
        const bool is_set = found != variables.end() && !found->second.empty();
        if (is_set || !variable.is_needed) continue;
        return base::fail(base::ErrorKind::invalid_input,
                          "The DNS provider " + std::string{provider.name} + " needs " +
                              std::string{variable.help},
                          {"Set it with: dokku letsencrypt:set <app>|--global dns-provider-" +
                           std::string{variable.name} + " " + std::string{variable.example}});
    }
    return {};
}

std::string_view default_of(const DnsProvider& provider, std::string_view variable) {
    const auto& all = provider.variables;
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const ProviderVariable& one) { return one.name == variable; });
    return found == all.end() ? std::string_view{} : found->otherwise;
}

}  // namespace settings
