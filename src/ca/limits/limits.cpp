#include "ca/limits/limits.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain_name.h"
#include "dns/registered_domain.h"
#include "http/link.h"
#include "settings/known_servers.h"
#include "settings/settings.h"

namespace ca::limits {
namespace {

using ledger::BackoffScope;
using ledger::Entry;
using ledger::EntryKind;

/// An order that was killed is resumed within minutes, or never.
constexpr std::chrono::hours kLongestOrder{1};
/// The CA spends a little later than is written here: who waits, waits a little longer.
constexpr std::chrono::seconds kMargin{30};
/// Nothing waits longer for its turn before it is looked at again.
constexpr std::chrono::hours kLongestQueue{24 * 7};

/// Is this the CA of which we know the numbers?
bool has_numbers(std::string_view server) {
    return server == settings::kProductionServer;
}

/// Each account has orders and failures of its own; certificates count for all accounts.
bool is_per_account(std::string_view limit) {
    return limit == limit::kOrders || limit == limit::kFailures;
}

bool is_per_account(BackoffScope kind) {
    return kind == BackoffScope::account || kind == BackoffScope::name;
}

std::string order_key(std::string_view account, const std::vector<std::string>& names) {
    return fmt::format("{}\n{}", account, ledger::to_set_key(names));
}

std::set<std::string> domains_of(const std::vector<std::string>& names) {
    std::set<std::string> domains;
    for (const std::string& name : names)
        domains.insert(dns::registered_domain(name));
    return domains;
}

std::string count_key(std::string_view limit, std::string_view account, std::string_view subject) {
    return fmt::format("{}\n{}\n{}", limit, is_per_account(limit) ? account : "", subject);
}

std::string backoff_key(BackoffScope kind, std::string_view server, std::string_view account,
                        std::string_view key) {
    return fmt::format("{}\n{}\n{}\n{}", ledger::to_text(kind), server,
                       is_per_account(kind) ? account : "", key);
}

bool is_below(std::string_view name, std::string_view domain) {
    name = dns::base_name_of(name);
    if (!name.ends_with(domain)) return false;
    return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

template <class Is>
std::vector<std::string> pick(const std::vector<std::string>& names, Is is) {
    std::vector<std::string> picked;
    std::copy_if(names.begin(), names.end(), std::back_inserter(picked), is);
    return picked;
}

/// To the minute, and never one too early.
std::string to_words(base::UtcTime until) {
    return base::to_readable(std::chrono::ceil<std::chrono::minutes>(until));
}

/// `a.test, b.test and 3 more`, from the key of a set.
std::string some_names(std::string_view set) {
    constexpr std::size_t kShown = 3;
    const auto names = base::split(set, ',');
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
        shown.push_back(base::printable(names[i]));
    const std::string text = base::join(shown, ", ");
    const std::size_t more = names.size() - shown.size();
    return more > 0 ? fmt::format("{} and {} more", text, more) : text;
}

std::string about(BackoffScope kind, std::string_view key) {
    switch (kind) {
        case BackoffScope::ca:
            return "";
        case BackoffScope::account:
            return " by this account";
        case BackoffScope::name:
            return " for " + base::printable(key);
        case BackoffScope::set:
            return " for exactly these names (" + some_names(key) + ")";
        case BackoffScope::domain:
            return " for " + base::printable(key) + " and names below it";
        case BackoffScope::registration:
            return " for a new account";
    }
    return "";
}

}  // namespace

Limits::Limits(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries)
        note(entry);
}

void Limits::note(const Entry& entry) {
    if (entry.kind == EntryKind::backoff) return back_off(entry);
    const bool was_taken = entry.kind == EntryKind::certificate || entry.kind == EntryKind::failure;
    if (was_taken) end_pauses(entry);
    if (!has_numbers(entry.server)) return;
    for (const Spent& spent : spent_by(entry)) {
        const auto [known, is_new] = whole_at_.try_emplace(spent.key, base::UtcTime{});
        known->second = spent.allowance.spend(known->second, entry.at);
        const auto said = entry.whole_at.find(spent.name);
        if (said == entry.whole_at.end()) continue;
        const base::UtcTime latest = entry.at + spent.allowance.window;
        known->second = std::max(known->second, std::min(said->second, latest));
    }
    if (entry.kind == EntryKind::order) begin_order(entry);
    if (entry.kind == EntryKind::order_over) end_order(entry);
    if (entry.kind == EntryKind::certificate) {
        end_order(entry);
        issued_sets_.insert(ledger::to_set_key(entry.names));
    }
}

void Limits::complete(Entry& entry) const {
    if (!has_numbers(entry.server)) return;
    const bool is_of_set = entry.kind == EntryKind::order || entry.kind == EntryKind::certificate;
    if (is_of_set && issued_sets_.contains(ledger::to_set_key(entry.names))) entry.renewal = true;
    for (const Spent& spent : spent_by(entry)) {
        const base::UtcTime before = whole_at(spent.key);
        if (before <= entry.at) continue;
        entry.whole_at[spent.name] = spent.allowance.spend(before, entry.at);
    }
}

std::vector<Limits::Spent> Limits::spent_by(const Entry& entry) {
    std::vector<Spent> all;
    const auto add = [&](std::string_view limit, std::string_view subject, std::string name) {
        all.push_back(
            {allowance_of(limit), count_key(limit, entry.account, subject), std::move(name)});
    };
    if (entry.kind == EntryKind::order && !entry.exempt && !entry.renewal) {
        add(limit::kOrders, "", std::string{limit::kOrders});
    }
    if (entry.kind == EntryKind::registration) {
        add(limit::kRegistrations, "", std::string{limit::kRegistrations});
    }
    if (entry.kind == EntryKind::failure) {
        for (const std::string& name : entry.names)
            add(limit::kFailures, dns::base_name_of(name), std::string{limit::kFailures});
    }
    if (entry.kind == EntryKind::certificate) {
        add(limit::kSet, ledger::to_set_key(entry.names), std::string{limit::kSet});
    }
    if (entry.kind == EntryKind::certificate && !entry.renewal) {
        for (const std::string& domain : domains_of(entry.names))
            add(limit::kDomain, domain, fmt::format("{} {}", limit::kDomain, domain));
    }
    return all;
}

void Limits::begin_order(const Entry& entry) {
    const std::string key = order_key(entry.account, entry.names);
    Order order{entry.at, !entry.exempt && !entry.renewal, {}};
    if (!entry.renewal) {
        for (const std::string& domain : domains_of(entry.names)) {
            orders_below_[domain].insert_or_assign(key, entry.at);
            order.domains.push_back(domain);
        }
    }
    orders_.insert_or_assign(key, std::move(order));
}

void Limits::end_order(const Entry& entry) {
    const auto found = orders_.find(order_key(entry.account, entry.names));
    if (found == orders_.end()) return;
    for (const std::string& domain : found->second.domains)
        orders_below_[domain].erase(found->first);
    if (entry.refused && found->second.is_counted) {
        const auto counted = whole_at_.find(count_key(limit::kOrders, entry.account, ""));
        if (counted != whole_at_.end()) counted->second -= allowance_of(limit::kOrders).interval();
    }
    orders_.erase(found);
}

base::UtcTime Limits::whole_at(const std::string& key) const {
    const auto found = whole_at_.find(key);
    return found == whole_at_.end() ? base::UtcTime{} : found->second;
}

void Limits::queue(const LimitReached& reached) {
    if (!reached.queue.empty()) turns_.wait(reached.queue, reached.until);
}

/// What the CA said last holds.
void Limits::back_off(const Entry& entry) {
    const auto key = backoff_key(entry.scope, entry.server, entry.account, entry.key);
    const auto [known, is_new] = backoffs_.try_emplace(key);
    if (!is_new && known->second.at > entry.at) return;
    known->second = {entry.at, entry.until, entry.words, entry.paused, entry.server, entry.account};
}

/// The CA took an order for what it had paused, and issued or looked at the name: an operator has
/// opened its page, which frees all names of the account.
void Limits::end_pauses(const Entry& taken) {
    const auto paused_at = [&](BackoffScope kind, const std::string& key) {
        const auto found = backoffs_.find(backoff_key(kind, taken.server, taken.account, key));
        return found != backoffs_.end() && found->second.paused && found->second.at <= taken.at;
    };
    const bool freed =
        paused_at(BackoffScope::set, ledger::to_set_key(taken.names)) ||
        std::any_of(taken.names.begin(), taken.names.end(), [&](const auto& name) {
            return paused_at(BackoffScope::name, std::string{dns::base_name_of(name)});
        });
    if (!freed) return;
    std::erase_if(backoffs_, [&](const auto& one) {
        return one.second.paused && one.second.at <= taken.at &&
               one.second.server == taken.server && one.second.account == taken.account;
    });
}

std::optional<LimitReached> Limits::judge(const PlannedOrder& asked, base::UtcTime now) const {
    PlannedOrder planned = asked;
    planned.renewal = is_renewal(asked);
    if (auto reached = judge_order(planned, now)) return reached;
    for (const std::string& name : planned.names) {
        if (auto reached = judge_name(planned, name, now)) return reached;
    }
    return judge_set(planned, now);
}

std::optional<LimitReached> Limits::judge_order(const PlannedOrder& planned,
                                                base::UtcTime now) const {
    for (const BackoffScope kind : {BackoffScope::ca, BackoffScope::account}) {
        if (auto reached = judge_backoff(kind, planned, "", now)) return reached;
    }
    if (planned.registers) {
        if (auto reached = judge_backoff(BackoffScope::registration, planned, "", now))
            return reached;
        if (auto reached = judge_number(limit::kRegistrations, planned, "", now)) return reached;
    }
    if (planned.renewal) return std::nullopt;
    auto reached = judge_number(limit::kOrders, planned, "", now);
    if (reached) reached->key = planned.account;
    return reached;
}

std::optional<LimitReached> Limits::judge_name(const PlannedOrder& planned, const std::string& name,
                                               base::UtcTime now) const {
    const std::string base_name{dns::base_name_of(name)};
    const auto hold = [&](LimitReached reached, const auto& is_held) {
        reached.names = pick(planned.names, is_held);
        return reached;
    };
    const auto is_same = [&](const std::string& other) {
        return dns::base_name_of(other) == base_name;
    };
    if (auto reached = judge_backoff(BackoffScope::name, planned, base_name, now)) {
        return hold(std::move(*reached), is_same);
    }
    for (std::string_view domain = base_name; !domain.empty();) {
        if (auto reached = judge_backoff(BackoffScope::domain, planned, domain, now)) {
            return hold(std::move(*reached),
                        [&](const std::string& other) { return is_below(other, domain); });
        }
        const auto dot = domain.find('.');
        domain = dot == std::string_view::npos ? "" : domain.substr(dot + 1);
    }
    if (auto reached = judge_number(limit::kFailures, planned, base_name, now)) {
        return hold(std::move(*reached), is_same);
    }
    if (!has_numbers(planned.server) || planned.renewal) return std::nullopt;
    const std::string registered = dns::registered_domain(name);
    if (auto reached = judge_number(limit::kDomain, planned, registered, now)) {
        return hold(std::move(*reached), [&](const std::string& other) {
            return dns::registered_domain(other) == registered;
        });
    }
    return std::nullopt;
}

std::optional<LimitReached> Limits::judge_set(const PlannedOrder& planned,
                                              base::UtcTime now) const {
    const std::string set = ledger::to_set_key(planned.names);
    if (auto reached = judge_backoff(BackoffScope::set, planned, set, now)) return reached;
    return judge_number(limit::kSet, planned, set, now);
}

std::optional<LimitReached> Limits::judge_backoff(BackoffScope kind, const PlannedOrder& planned,
                                                  std::string_view key, base::UtcTime now) const {
    const auto found = backoffs_.find(backoff_key(kind, planned.server, planned.account, key));
    if (found == backoffs_.end() || found->second.until <= now) return std::nullopt;
    const Backoff& backoff = found->second;
    if (backoff.paused && planned.asks_paused) return std::nullopt;
    LimitReached reached{backoff.paused ? limit::kPaused : limit::kBackoff,
                         std::string{key},
                         backoff.until,
                         {},
                         {},
                         {}};
    const std::string ca = base::printable(http::host_of(planned.server));
    const std::string until = to_words(backoff.until);
    reached.message =
        backoff.paused
            ? fmt::format("{} has paused orders{}; it is tried again unasked after {}", ca,
                          about(kind, key), until)
            : fmt::format("{} asks not to be asked before {}{}", ca, until, about(kind, key));
    if (!backoff.words.empty()) {
        reached.message +=
            fmt::format(": \"{}\"", base::printable(backoff.words, base::kMostWithLink));
    }
    return reached;
}

base::UtcTime Limits::whole_after_orders(const Allowance& allowance, const PlannedOrder& planned,
                                         const std::string& domain, base::UtcTime now) const {
    base::UtcTime whole = whole_at(count_key(allowance.limit, "", domain));
    const auto found = orders_below_.find(domain);
    if (found == orders_below_.end()) return whole;
    const std::string own = order_key(planned.account, planned.names);
    std::vector<base::UtcTime> times;
    for (const auto& [key, at] : found->second) {
        if (key != own && now - at < kLongestOrder) times.push_back(at);
    }
    std::sort(times.begin(), times.end());
    for (const base::UtcTime at : times)
        whole = allowance.spend(whole, at);
    return whole;
}

std::optional<LimitReached> Limits::judge_number(std::string_view limit,
                                                 const PlannedOrder& planned,
                                                 const std::string& subject,
                                                 base::UtcTime now) const {
    if (!has_numbers(planned.server) || planned.exempt) return std::nullopt;
    const Allowance& allowance = allowance_of(limit);
    const std::string key = count_key(limit, planned.account, subject);
    const base::UtcTime whole = limit == limit::kDomain
                                    ? whole_after_orders(allowance, planned, subject, now)
                                    : whole_at(key);
    const int before = turns_.waiting_for(key, now);
    const auto turn = allowance.free_from(whole) + before * allowance.interval();
    if (turn <= now) return std::nullopt;
    const base::UtcTime next = allowance.free_from(whole) + kMargin;
    const base::UtcTime until = std::min<base::UtcTime>(turn + kMargin, now + kLongestQueue);
    const bool is_set = limit == limit::kSet;
    std::string message = fmt::format(
        "{}; the next is possible from {}",
        describe_used_up(allowance, is_set ? some_names(subject) : subject), to_words(next));
    if (before > 0) {
        message += fmt::format("; {} more wait for it, and this one is tried from {}", before,
                               to_words(std::max(until, next)));
    }
    return LimitReached{limit, subject, std::max(until, next), std::move(message), {}, key};
}

bool Limits::is_renewal(const PlannedOrder& planned) const {
    return planned.renewal || (has_numbers(planned.server) &&
                               issued_sets_.contains(ledger::to_set_key(planned.names)));
}

base::Error to_error(const LimitReached& reached, std::string_view app) {
    if (reached.limit == limit::kPaused) {
        return {
            base::ErrorKind::rate_limited,
            reached.message,
            std::nullopt,
            {fmt::format("Nothing was ordered. A person has to open the link in the CA's words, "
                         "then: dokku letsencrypt:retry {}",
                         app)}};
    }
    return {base::ErrorKind::rate_limited,
            reached.message,
            reached.until,
            {fmt::format("Nothing was ordered. It goes on by itself then; to order all the same: "
                         "dokku letsencrypt:enable {} --force",
                         app)}};
}

}  // namespace ca::limits
