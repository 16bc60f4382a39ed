#include "dns/propagation.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "dns/authoritative.h"

namespace dns {
namespace {

constexpr std::chrono::milliseconds kOneServer{5000};
constexpr std::chrono::seconds kLeastInterval{1};
constexpr std::chrono::seconds kMostTime{std::chrono::hours{24}};  // keeps clock sums in range

/// What all records of a name look like together: a name and its wildcard have one each.
using ValuesByName = std::map<std::string, std::set<std::string>>;

enum class Finding { shows, missing, says_nothing, unreachable };

/// One name at one server.
struct ServerCheck {
    std::string name;
    const std::set<std::string>* values;
    Resolver server;
    bool is_authoritative;
    bool settled = false;  ///< needs no further look
    std::optional<Finding> last{};

    const std::string& address() const { return server.settings().servers.front().ip; }

    async::Task<Finding> take() const {
        const auto answer = co_await server.ask(name, RecordType::txt);
        if (!answer) co_return Finding::unreachable;
        if (!answer->is_finding()) co_return Finding::says_nothing;
        if (is_authoritative && !answer->authoritative) co_return Finding::says_nothing;
        const auto found = answer->values_of(answer->end_of_aliases(name), RecordType::txt);
        const bool all = std::all_of(values->begin(), values->end(), [&](const auto& value) {
            return std::find(found.begin(), found.end(), value) != found.end();
        });
        co_return all ? Finding::shows : Finding::missing;
    }
};

Resolver to_one(const Resolver& resolver, const ServerAddress& server) {
    ResolverSettings settings = resolver.settings();
    settings.servers = {server};
    settings.silence = nullptr;  // says nothing about the others
    return resolver.with(std::move(settings));
}

/// Authoritative servers first.
async::Task<std::vector<ServerCheck>> plan(const Resolver& resolver, const ValuesByName& records,
                                           const PropagationRules& rules) {
    std::vector<ServerCheck> checks;
    const auto patience = std::min(resolver.settings().deadline, kOneServer);
    for (const auto& [name, values] : records) {
        if (!rules.ask_authoritative) break;
        const Zone zone = co_await find_authoritative(resolver, name);
        for (const ServerAddress& server : zone.servers)
            checks.push_back({name, &values, to_authoritative(resolver, server, patience), true});
    }
    const auto recursive = resolver.servers();
    if (!rules.ask_recursive || !recursive) co_return checks;
    for (const auto& [name, values] : records) {
        for (const ServerAddress& server : *recursive)
            checks.push_back({name, &values, to_one(resolver, server), false});
    }
    co_return checks;
}

/// One round, in which only the first is asked once `deadline` has passed. The first look that does
/// not show its record, if there is one.
async::Task<const ServerCheck*> find_missing(std::vector<ServerCheck>& checks,
                                             const base::Clock& clock,
                                             base::Clock::Monotonic deadline) {
    const ServerCheck* missing = nullptr;
    bool has_looked = false;
    for (ServerCheck& check : checks) {
        if (check.settled) continue;
        if (missing != nullptr && missing->is_authoritative && !check.is_authoritative) break;
        if (clock.monotonic() > deadline && has_looked) {
            // No time to look: what was not there before is not taken to be there now.
            const bool open = !check.last || *check.last == Finding::missing;
            if (open && missing == nullptr) missing = &check;
            continue;
        }
        const Finding finding = co_await check.take();
        check.last = finding;
        has_looked = true;
        // To wait for a dead server once is enough; one that refuses may be reloading its zone.
        check.settled = finding == Finding::shows || finding == Finding::unreachable;
        if (finding == Finding::missing && missing == nullptr) missing = &check;
    }
    co_return missing;
}

}  // namespace

struct Propagation::Plan {
    ValuesByName values;
    std::vector<ServerCheck> checks;
    PropagationRules rules;
    const base::Clock* clock;
    base::Clock::Monotonic deadline;
};

Propagation::Propagation(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {}

Propagation::~Propagation() = default;

async::Task<std::unique_ptr<Propagation>> Propagation::open(const Resolver& resolver,
                                                            std::vector<ChallengeRecord> records,
                                                            PropagationRules rules,
                                                            const base::Clock& clock) {
    std::unique_ptr<Propagation> propagation{new Propagation{std::make_unique<Plan>()}};
    Plan& made = *propagation->plan_;
    made.rules = rules;
    made.rules.interval = std::clamp(rules.interval, kLeastInterval, kMostTime);
    made.clock = &clock;
    if (rules.fixed_wait) {
        made.deadline = clock.monotonic() + std::min(*rules.fixed_wait, kMostTime);
        co_return propagation;
    }
    for (const ChallengeRecord& record : records)
        made.values[to_plain_name(record.name)].insert(record.value);
    made.checks = co_await plan(resolver, made.values, made.rules);
    made.deadline = clock.monotonic() + std::min(rules.timeout, kMostTime);
    co_return propagation;
}

async::Task<base::Result<std::optional<base::Clock::Monotonic>>> Propagation::check() {
    using Later = std::optional<base::Clock::Monotonic>;
    const base::Clock& clock = *plan_->clock;
    if (plan_->rules.fixed_wait) {
        if (clock.monotonic() >= plan_->deadline) co_return Later{};
        co_return Later{plan_->deadline};
    }
    const ServerCheck* missing = co_await find_missing(plan_->checks, clock, plan_->deadline);
    if (missing == nullptr) co_return Later{};
    const auto next = clock.monotonic() + plan_->rules.interval;
    if (next <= plan_->deadline) co_return Later{next};
    co_return base::fail(base::ErrorKind::timeout,
                         "the TXT record " + missing->name + ". was not seen at the name server " +
                             missing->address() + " within " +
                             std::to_string(plan_->rules.timeout.count()) + " s",
                         {"Give it longer with the provider's propagation timeout, or with "
                          "lego-args --dns.propagation-wait=<time>"});
}

bool Propagation::has_seen() const {
    return std::any_of(plan_->checks.begin(), plan_->checks.end(),
                       [](const ServerCheck& check) { return check.last == Finding::shows; });
}

}  // namespace dns
