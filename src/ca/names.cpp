#include "ca/names.h"

#include <set>

#include "settings/exclusions.h"
#include "store/cause.h"

namespace ca {

namespace {

/// A domain that Dokku stores can be a name or an IPv4 address.
base::Result<dns::DnsName> parse_domain(const std::string& domain) {
    if (auto address = dns::DnsName::parse_address(domain)) return std::move(*address);
    return dns::DnsName::parse(domain);
}

LeftOutName address_without_http(const std::string& domain) {
    return {domain,
            store::cause::kBadName,
            {base::ErrorKind::invalid_input,
             "'" + domain + "' is an IP address, which the DNS-01 challenge cannot certify",
             std::nullopt,
             {"Use HTTP-01 for the app: dokku letsencrypt:set <app> dns-provider none",
              "or remove the address: dokku domains:remove <app> " + domain}}};
}

}  // namespace

NameChoice choose_names(const std::vector<std::string>& domains, ChallengeKind challenge,
                        const std::vector<std::string>& excluded) {
    NameChoice choice;
    std::set<std::string> seen;
    for (const std::string& domain : domains) {
        auto name = parse_domain(domain);
        const bool is_out = settings::is_excluded(excluded, domain) ||
                            (name && settings::is_excluded(excluded, name->str()));
        if (is_out) {
            choice.left_out.push_back({name ? name->str() : domain,
                                       store::cause::kExcluded,
                                       {base::ErrorKind::invalid_input,
                                        "'" + domain + "' is excluded",
                                        std::nullopt,
                                        {}}});
        } else if (!name) {
            choice.left_out.push_back({domain, store::cause::kBadName, std::move(name).error()});
        } else if (name->is_address() && challenge == ChallengeKind::dns) {
            choice.left_out.push_back(address_without_http(domain));
        } else if (name->is_wildcard() && challenge == ChallengeKind::http) {
            choice.left_out.push_back(
                {domain,
                 store::cause::kWildcard,
                 {base::ErrorKind::invalid_input,
                  "'" + domain + "' is a wildcard, which needs the DNS-01 challenge",
                  std::nullopt,
                  {"Set a DNS provider: dokku letsencrypt:set <app> dns-provider <name>"}}});
        } else if (seen.insert(name->str()).second) {
            choice.names.push_back(std::move(*name));
        }
    }
    return choice;
}

std::vector<std::string> to_texts(const std::vector<dns::DnsName>& names) {
    std::vector<std::string> texts;
    texts.reserve(names.size());
    for (const dns::DnsName& name : names)
        texts.push_back(name.str());
    return texts;
}

}  // namespace ca
