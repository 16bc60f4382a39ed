#include "lifecycle/limits.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain_name.h"
#include "dns/registered_domain.h"
#include "dokku/settings.h"
#include "http/link.h"

namespace lifecycle {
namespace {

using store::LedgerEntry;
using store::LedgerKind;
using store::ParkedKind;

constexpr std::size_t kMostWords = 2000;  ///< of a CA: a link that lifts a pause is long

/// So many within the window are allowed.
struct Rule {
    std::string_view limit;
    std::ptrdiff_t most;
    std::chrono::hours window;
};

constexpr std::chrono::hours kWeek{24 * 7};
constexpr std::array<Rule, 4> kRules{{
    {limit::kOrders, 300, std::chrono::hours{3}},
    {limit::kDomain, 50, kWeek},
    {limit::kSet, 5, kWeek},
    {limit::kFailures, 5, std::chrono::hours{1}},
}};

const Rule& rule_of(std::string_view limit) {
    return *std::find_if(kRules.begin(), kRules.end(),
                         [&](const Rule& rule) { return rule.limit == limit; });
}

/// Is this the CA of which we know the numbers?
bool has_numbers(std::string_view server) {
    return server == dokku::kProductionServer;
}

/// Each account has orders and failures of its own; certificates count whoever got them.
bool is_per_account(std::string_view limit) {
    return limit == limit::kOrders || limit == limit::kFailures;
}

bool is_per_account(ParkedKind kind) {
    return kind == ParkedKind::account || kind == ParkedKind::name;
}

std::string count_key(std::string_view limit, std::string_view account, std::string_view subject) {
    return fmt::format("{}\n{}\n{}", limit, is_per_account(limit) ? account : "", subject);
}

std::string parked_key(ParkedKind kind, std::string_view server, std::string_view account,
                       std::string_view key) {
    return fmt::format("{}\n{}\n{}\n{}", store::to_text(kind), server,
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

std::string to_message(const Rule& rule, std::string_view subject, std::ptrdiff_t count) {
    if (rule.limit == limit::kOrders) {
        return fmt::format(
            "Let's Encrypt takes {} new orders of an account within 3 hours, and this one has "
            "placed {}",
            rule.most, count);
    }
    if (rule.limit == limit::kDomain) {
        return fmt::format(
            "Let's Encrypt issues {} certificates for {} and names below it within 7 days, and "
            "this host got {}",
            rule.most, subject, count);
    }
    if (rule.limit == limit::kSet) {
        return fmt::format(
            "Let's Encrypt issues {} certificates for exactly the same names within 7 days, and "
            "this host got {} for {}",
            rule.most, count, some_names(subject));
    }
    return fmt::format(
        "Let's Encrypt lets the validation of a name fail {} times within an hour, and that of {} "
        "did {} times",
        rule.most, subject, count);
}

std::string about(ParkedKind kind, std::string_view key) {
    switch (kind) {
        case ParkedKind::ca:
            return "";
        case ParkedKind::account:
            return " by this account";
        case ParkedKind::name:
            return " for " + base::printable(key);
        case ParkedKind::set:
            return " for exactly these names (" + some_names(key) + ")";
        case ParkedKind::domain:
            return " for " + base::printable(key) + " and names below it";
    }
    return "";
}

}  // namespace

Limits::Limits(const std::vector<LedgerEntry>& entries) {
    for (const LedgerEntry& entry : entries)
        note(entry);
}

void Limits::note(const LedgerEntry& entry) {
    if (entry.kind == LedgerKind::parked) return park(entry);
    if (!has_numbers(entry.server)) return;
    switch (entry.kind) {
        case LedgerKind::order:
            if (!entry.exempt && !entry.renewal) count(limit::kOrders, entry.account, "", entry.at);
            return;
        case LedgerKind::failure:
            for (const std::string& name : entry.names)
                count(limit::kFailures, entry.account, dns::base_name_of(name), entry.at);
            return;
        case LedgerKind::certificate:
            return count_certificate(entry);
        case LedgerKind::parked:
            return;
    }
}

void Limits::count_certificate(const LedgerEntry& entry) {
    const std::string set = store::to_set_key(entry.names);
    issued_sets_.insert(set);
    if (entry.exempt) return;
    count(limit::kSet, "", set, entry.at);
    if (entry.renewal) return;
    std::set<std::string> domains;
    for (const std::string& name : entry.names)
        domains.insert(dns::registered_domain(name));
    for (const std::string& domain : domains)
        count(limit::kDomain, "", domain, entry.at);
}

void Limits::count(std::string_view limit, std::string_view account, std::string_view subject,
                   base::UtcTime at) {
    Times& times = times_[count_key(limit, account, subject)];
    times.insert(std::upper_bound(times.begin(), times.end(), at), at);
}

/// What the CA said last holds.
void Limits::park(const LedgerEntry& entry) {
    const auto key = parked_key(entry.parked, entry.server, entry.account, entry.key);
    const auto [known, is_new] = parked_.try_emplace(key);
    if (!is_new && known->second.at > entry.at) return;
    known->second = {entry.at, entry.until, entry.words};
}

std::optional<LimitReached> Limits::judge(const OrderWish& asked, base::UtcTime now) const {
    OrderWish wish = asked;
    wish.renewal = is_renewal(asked);
    if (auto reached = judge_order(wish, now)) return reached;
    for (const std::string& name : wish.names) {
        if (auto reached = judge_name(wish, name, now)) return reached;
    }
    return judge_set(wish, now);
}

std::optional<LimitReached> Limits::judge_order(const OrderWish& wish, base::UtcTime now) const {
    for (const ParkedKind kind : {ParkedKind::ca, ParkedKind::account}) {
        if (auto reached = judge_parked(kind, wish, "", now)) return reached;
    }
    if (wish.renewal) return std::nullopt;
    auto reached = judge_number(limit::kOrders, wish, "", now);
    if (reached) reached->key = wish.account;
    return reached;
}

std::optional<LimitReached> Limits::judge_name(const OrderWish& wish, const std::string& name,
                                               base::UtcTime now) const {
    const std::string base_name{dns::base_name_of(name)};
    const auto hold = [&](LimitReached reached, const auto& is_held) {
        reached.names = pick(wish.names, is_held);
        return reached;
    };
    const auto is_same = [&](const std::string& other) {
        return dns::base_name_of(other) == base_name;
    };
    if (auto reached = judge_parked(ParkedKind::name, wish, base_name, now)) {
        return hold(std::move(*reached), is_same);
    }
    for (std::string_view domain = base_name; !domain.empty();) {
        if (auto reached = judge_parked(ParkedKind::domain, wish, domain, now)) {
            return hold(std::move(*reached),
                        [&](const std::string& other) { return is_below(other, domain); });
        }
        const auto dot = domain.find('.');
        domain = dot == std::string_view::npos ? "" : domain.substr(dot + 1);
    }
    if (auto reached = judge_number(limit::kFailures, wish, base_name, now)) {
        return hold(std::move(*reached), is_same);
    }
    if (!has_numbers(wish.server) || wish.renewal) return std::nullopt;
    const std::string registered = dns::registered_domain(name);
    if (auto reached = judge_number(limit::kDomain, wish, registered, now)) {
        return hold(std::move(*reached), [&](const std::string& other) {
            return dns::registered_domain(other) == registered;
        });
    }
    return std::nullopt;
}

std::optional<LimitReached> Limits::judge_set(const OrderWish& wish, base::UtcTime now) const {
    const std::string set = store::to_set_key(wish.names);
    if (auto reached = judge_parked(ParkedKind::set, wish, set, now)) return reached;
    return judge_number(limit::kSet, wish, set, now);
}

std::optional<LimitReached> Limits::judge_parked(ParkedKind kind, const OrderWish& wish,
                                                 std::string_view key, base::UtcTime now) const {
    const auto found = parked_.find(parked_key(kind, wish.server, wish.account, key));
    if (found == parked_.end() || found->second.until <= now) return std::nullopt;
    const Parked& parked = found->second;
    LimitReached reached{limit::kParked, std::string{key}, parked.until, {}, {}};
    reached.message = fmt::format("{} asks not to be asked before {}{}",
                                  base::printable(http::host_of(wish.server)),
                                  to_words(parked.until), about(kind, key));
    if (!parked.words.empty()) {
        reached.message += fmt::format(": \"{}\"", base::printable(parked.words, kMostWords));
    }
    return reached;
}

std::optional<LimitReached> Limits::judge_number(std::string_view limit, const OrderWish& wish,
                                                 const std::string& subject,
                                                 base::UtcTime now) const {
    if (!has_numbers(wish.server) || wish.replaces) return std::nullopt;
    const auto found = times_.find(count_key(limit, wish.account, subject));
    if (found == times_.end()) return std::nullopt;
    const Rule& rule = rule_of(limit);
    const Times& times = found->second;
    const auto first = std::upper_bound(times.begin(), times.end(), now - rule.window);
    const auto count = times.end() - first;
    if (count < rule.most) return std::nullopt;
    // More than the limit may have been placed by force: all but one less than it have to leave.
    const auto until = *(times.end() - rule.most) + rule.window;
    return LimitReached{limit,
                        subject,
                        until,
                        fmt::format("{}; the next is possible from {}",
                                    to_message(rule, subject, count), to_words(until)),
                        {}};
}

bool Limits::is_renewal(const OrderWish& wish) const {
    return wish.renewal ||
           (has_numbers(wish.server) && issued_sets_.contains(store::to_set_key(wish.names)));
}

base::Error to_error(const LimitReached& reached, std::string_view app) {
    return {base::ErrorKind::rate_limited,
            reached.message,
            reached.until,
            {fmt::format("Nothing was ordered. It goes on by itself then; to order all the same: "
                         "dokku letsencrypt:enable {} --force",
                         app)}};
}

}  // namespace lifecycle
