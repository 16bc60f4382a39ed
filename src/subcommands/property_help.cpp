#include "subcommands/property_help.h"

#include <string_view>

#include "base/text.h"
#include "dokku/log.h"
#include "settings/properties.h"

namespace subcommands {
namespace {

/// `NAME    help (remark, remark)`
std::string line_of(std::string_view indent, std::string_view name, std::string_view help,
                    const std::vector<std::string>& remarks) {
    constexpr std::size_t kWidth = 26;
    std::string line = dokku::pad(std::string{indent} + std::string{name}, kWidth) + ' ';
    line += help;
    return remarks.empty() ? line : line + " (" + base::join(remarks, ", ") + ")";
}

std::string describe(const settings::Property& property) {
    std::vector<std::string> remarks;
    if (property.scope == settings::Scope::host) remarks.emplace_back("of the host: --global");
    if (!property.otherwise.empty())
        remarks.push_back("default: " + std::string{property.otherwise});
    return line_of("    ", property.key, property.help, remarks);
}

std::string describe(const settings::ProviderVariable& variable) {
    std::vector<std::string> remarks;
    if (variable.is_needed) remarks.emplace_back("needed");
    if (variable.is_secret) remarks.emplace_back("secret");
    if (!variable.otherwise.empty())
        remarks.push_back("default: " + std::string{variable.otherwise});
    return line_of("      ", variable.name, variable.help, remarks);
}

}  // namespace

std::vector<std::string> describe_provider(const settings::DnsProvider& provider) {
    std::vector<std::string> remarks;
    for (const std::string_view alias : provider.aliases)
        remarks.push_back("also " + std::string{alias});
    std::vector<std::string> lines{line_of("    ", provider.name, provider.help, remarks)};
    for (const settings::ProviderVariable& variable : provider.variables)
        lines.push_back(describe(variable));
    return lines;
}

std::vector<std::string> describe_properties() {
    std::vector<std::string> lines{"Properties:"};
    for (const settings::Property& property : settings::properties())
        lines.push_back(describe(property));
    lines.insert(lines.end(), {"", "Values of dns-provider, and the variables of each:"});
    for (const settings::DnsProvider& provider : settings::dns_providers()) {
        const auto described = describe_provider(provider);
        lines.insert(lines.end(), described.begin(), described.end());
    }
    return lines;
}

}  // namespace subcommands
