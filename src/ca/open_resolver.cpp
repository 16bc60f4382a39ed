#include "ca/open_resolver.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace ca {

base::Result<dns::Resolver> open_resolver(const Context& context,
                                          const settings::Settings& settings,
                                          const DnsOptions& options) {
    const std::string& property = settings.dns_resolvers.computed;
    const auto parsed =
        settings::parse_resolvers(property.empty() ? base::join(options.resolvers, ",") : property);
    if (!parsed) return parsed.error();
    std::vector<dns::ServerAddress> servers;
    for (const settings::ResolverAddress& address : *parsed)
        servers.push_back({address.ip, address.port});
    dns::ResolverSettings resolver{std::move(servers), options.query_timeout};
    resolver.silence = context.silences->of(resolver.servers);
    resolver.zone_silences = context.silences;
    return dns::Resolver{context.dns, std::move(resolver)};
}

bool has_own_resolver(const settings::Settings& settings, const DnsOptions& options) {
    return !settings.dns_resolvers.computed.empty() || !options.resolvers.empty();
}

}  // namespace ca
