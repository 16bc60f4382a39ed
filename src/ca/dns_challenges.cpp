#include "ca/dns_challenges.h"

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

base::Result<void> DnsChallenges::present(const std::vector<acme::ChosenChallenge>& challenges) {
    for (const acme::ChosenChallenge& chosen : challenges) {
        std::string domain = chosen.identifier.value;
        if (domain.starts_with("*.")) domain.erase(0, 2);
        dns::ChallengeRecord record{domain, chosen.challenge.token->text(),
                                    chosen.key_authorization.text(),
                                    context_.loop.run(dns::find_record_name(resolver_, domain)),
                                    chosen.key_authorization.dns_value()};
        records_.push_back(record);  // also one that was set half is to be taken away
        if (auto set = context_.loop.run(provider_->present(record)); !set) return set;
    }
    propagation_ =
        context_.loop.run(dns::Propagation::open(resolver_, records_, rules_, context_.clock));
    return {};
}

base::Result<std::optional<base::Clock::Monotonic>> DnsChallenges::check() {
    return context_.loop.run(propagation_->check());
}

std::string_view DnsChallenges::finding() const {
    if (rules_.fixed_wait) return "The wait for the records is over";
    return propagation_->has_seen() ? "The records are there"
                                    : "No name server says whether the records are there";
}

void DnsChallenges::clean_up() {
    for (const dns::ChallengeRecord& record : records_) {
        const auto removed = context_.loop.run(provider_->cleanup(record));
        if (!removed) context_.log.warn(removed.error().message);
    }
    records_.clear();
}

}  // namespace ca
