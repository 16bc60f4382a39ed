#include "dns/providers/open_provider.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dns/providers/exec_provider.h"
#include "settings/dns_providers.h"

namespace dns::providers {
namespace {

using Opened = base::Result<std::unique_ptr<Provider>>;

struct Code {
    std::string_view name;  ///< of the entry in settings/dns_providers.h
    Opened (*open)(const settings::DnsProvider& entry, Variables variables, LineSink relay,
                   std::vector<std::string>& warnings);
};

constexpr auto kCode = std::to_array<Code>({
    {"exec", ExecProvider::open},
});

}  // namespace

Opened open_provider(std::string_view name, Variables variables, LineSink relay,
                     std::vector<std::string>& warnings) {
    const settings::DnsProvider* entry = settings::find_dns_provider(name);
    if (entry == nullptr) return settings::describe_unknown_provider(name, "<app>");
    if (auto complete = settings::check_variables(*entry, variables); !complete) {
        return std::move(complete).error();
    }
    const auto* code = std::find_if(kCode.begin(), kCode.end(),
                                    [&](const Code& one) { return one.name == entry->name; });
    if (code == kCode.end()) return settings::describe_unknown_provider(name, "<app>");
    return code->open(*entry, std::move(variables), std::move(relay), warnings);
}

}  // namespace dns::providers
