#include "ca/dns_challenges.h"

#include <string>
#include <utility>

#include "async/all.h"
#include "async/semaphore.h"
#include "async/sleep.h"
#include "base/text.h"
#include "ca/open_resolver.h"
#include "dns/providers/open_provider.h"

namespace ca {
namespace {

/// The provider's environment as the official plugin had it: the host's variables, those of the
/// app, those of lego-docker-options. What is a path of lego's container becomes one of this host.
dns::providers::Variables provider_variables(const settings::Settings& settings,
                                             const DockerOptions& docker) {
    dns::providers::Variables variables;
    for (const auto& [name, setting] : settings.dns_variables) {
        if (!setting.computed.empty()) variables[name] = setting.computed;
    }
    for (const auto& [name, value] : docker.variables)
        variables[name] = value;
    for (auto& [name, value] : variables) {
        if (value.starts_with('/')) value = docker.host_path(value);
    }
    return variables;
}

std::string without_wildcard(std::string domain) {
    if (domain.starts_with("*.")) domain.erase(0, 2);
    return domain;
}

dns::PropagationRules rules_of(const DnsOptions& options, const dns::Provider& provider) {
    dns::PropagationRules rules;
    rules.fixed_wait = options.fixed_wait;
    rules.ask_authoritative = options.ask_authoritative;
    rules.ask_recursive = options.ask_recursive;
    rules.timeout = provider.propagation_timeout();
    rules.interval = provider.polling_interval();
    return rules;
}

}  // namespace

base::Result<std::unique_ptr<DnsChallenges>> DnsChallenges::open(const Context& context,
                                                                 const settings::Settings& settings,
                                                                 const AppOptions& options) {
    auto resolver = open_resolver(context, settings, options.lego.dns);
    if (!resolver) return std::move(resolver).error();
    std::vector<std::string> warnings;
    const auto relay = [&log = context.log](std::string_view line) {
        log.verbose(base::printable(line));
    };
    auto provider = dns::providers::open_provider(settings.dns_provider.computed,
                                                  provider_variables(settings, options.docker),
                                                  relay, warnings);
    if (!provider) return std::move(provider).error();
    for (const std::string& warning : warnings)
        context.log.warn(warning);
    const auto rules = rules_of(options.lego.dns, **provider);
    return std::unique_ptr<DnsChallenges>{
        new DnsChallenges(context, std::move(*resolver), rules, std::move(*provider))};
}

std::chrono::seconds DnsChallenges::patience() const {
    return rules_.fixed_wait.value_or(rules_.timeout);
}

async::Task<base::Result<void>> DnsChallenges::present(
    std::vector<acme::ChosenChallenge> challenges, std::function<base::Result<void>()> goes_on) {
    context_.log.verbose("Ordered; setting the TXT records of " +
                         std::to_string(challenges.size()) + " name(s)");
    auto done = co_await set_records(std::move(challenges));
    if (done) done = co_await wait_until_seen(std::move(goes_on));
    if (done) context_.log.verbose(std::string{finding()} + "; asking the CA to validate");
    co_return done;
}

async::Task<base::Result<void>> DnsChallenges::set_records(
    std::vector<acme::ChosenChallenge> challenges) {
    std::vector<std::string> domains;
    std::vector<async::Task<std::string>> lookups;
    lookups.reserve(challenges.size());
    for (const acme::ChosenChallenge& chosen : challenges) {
        domains.push_back(without_wildcard(chosen.identifier.value));
        lookups.push_back(dns::find_record_name(resolver_, domains.back()));
    }
    const auto names = co_await async::all(std::move(lookups));
    for (std::size_t i = 0; i < challenges.size(); ++i) {
        const acme::KeyAuthorization& proof = challenges[i].key_authorization;
        dns::ChallengeRecord record{domains[i], challenges[i].challenge.token->text(), proof.text(),
                                    names[i], proof.dns_value()};
        records_.push_back(record);  // also one that was set half is to be taken away
        const async::Semaphore::Permit turn = co_await context_.dns_programs->acquire();
        auto set = co_await provider_->present(std::move(record));
        if (!set) co_return set;
    }
    co_return base::Result<void>{};
}

async::Task<base::Result<void>> DnsChallenges::wait_until_seen(
    std::function<base::Result<void>()> goes_on) {
    propagation_ = co_await dns::Propagation::open(resolver_, records_, rules_, context_.clock);
    while (true) {
        const auto later = co_await propagation_->check();
        if (!later) co_return later.error();
        if (!*later) co_return base::Result<void>{};
        const auto pause = **later - context_.clock.monotonic();
        co_await async::sleep_for(std::chrono::ceil<std::chrono::milliseconds>(pause));
        if (!goes_on) continue;
        if (auto may = goes_on(); !may) co_return may;
    }
}

std::string_view DnsChallenges::finding() const {
    if (rules_.fixed_wait) return "The wait for the records is over";
    return propagation_->has_seen() ? "The records are there"
                                    : "No name server says whether the records are there";
}

async::Task<void> DnsChallenges::clean_up() {
    const auto records = std::exchange(records_, {});
    for (const dns::ChallengeRecord& record : records) {
        const async::Semaphore::Permit turn = co_await context_.dns_programs->acquire();
        const auto removed = co_await provider_->cleanup(record);
        if (!removed) context_.log.warn(removed.error().message);
    }
}

}  // namespace ca
