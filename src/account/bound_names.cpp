#include "account/bound_names.h"

#include <algorithm>
#include <set>

#include "ca/names.h"
#include "ca/open_resolver.h"
#include "dns/caa.h"
#include "dokku/domains.h"

namespace account {
namespace {

/// What CAA records can be about: names of domains, each once.
std::set<std::string> names_of(const ca::Context& context, const AccountUser& user) {
    std::set<std::string> names;
    const auto domains = dokku::read_domains(context.environment, user.app);
    if (!domains) {
        context.log.warn(user.app.text() + ": " + domains.error().message);
        return names;
    }
    const auto chosen = ca::choose_names(*domains, ca::ChallengeKind::any, user.settings.excluded);
    for (const dns::DnsName& name : chosen.names) {
        if (!name.is_address()) names.insert(name.base_name());
    }
    return names;
}

void add(std::vector<AccountRecord>& found, const std::string& record, const std::string& name) {
    const auto known = std::find_if(found.begin(), found.end(),
                                    [&](const auto& each) { return each.record == record; });
    if (known == found.end()) {
        found.push_back({record, {name}});
    } else {
        known->names.push_back(name);
    }
}

}  // namespace

std::vector<AccountRecord> find_account_records(const ca::Context& context,
                                                const std::vector<AccountUser>& users,
                                                const std::string& account_url) {
    std::vector<AccountRecord> found;
    for (const AccountUser& user : users) {
        const auto options = ca::read_options(user.settings);
        const auto resolver = ca::open_resolver(context, user.settings, options.lego.dns);
        if (!resolver) {
            context.log.warn(user.app.text() + ": " + resolver.error().message);
            continue;
        }
        for (const std::string& name : names_of(context, user)) {
            const auto set = context.loop.run(dns::find_caa(*resolver, name));
            if (!set) continue;
            for (const std::string& record : dns::records_naming_account(*set, account_url))
                add(found, record, name);
        }
    }
    return found;
}

}  // namespace account
