#include "account/bound_names.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "async/all.h"
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

async::Task<std::vector<AccountRecord>> find_account_records(const ca::Context& context,
                                                             const std::vector<AccountUser>& users,
                                                             std::string account_url) {
    std::deque<dns::Resolver> resolvers;
    std::vector<std::string> names;
    std::vector<async::Task<std::optional<dns::CaaSet>>> questions;
    for (const AccountUser& user : users) {
        const auto options = ca::read_options(user.settings);
        auto resolver = ca::open_resolver(context, user.settings, options.lego.dns);
        if (!resolver) {
            context.log.warn(user.app.text() + ": " + resolver.error().message);
            continue;
        }
        resolvers.push_back(std::move(*resolver));
        for (const std::string& name : names_of(context, user)) {
            names.push_back(name);
            questions.push_back(dns::find_caa(resolvers.back(), name));
        }
    }
    const auto sets = co_await async::all(std::move(questions));
    std::vector<AccountRecord> found;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (!sets[i]) continue;
        for (const std::string& record : dns::records_naming_account(*sets[i], account_url))
            add(found, record, names[i]);
    }
    co_return found;
}

}  // namespace account
