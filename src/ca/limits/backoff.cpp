#include "ca/limits/backoff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/asked_waits.h"
#include "base/text.h"
#include "ca/mentions_name.h"
#include "ca/pause.h"
#include "dns/domain_name.h"

namespace ca::limits {
namespace {

using ledger::BackoffScope;
using ledger::Entry;
using ledger::EntryKind;

constexpr int kUnavailable = 503;

/// A wildcard is validated as its base name.
std::string base_of(std::string_view name) {
    return std::string{dns::base_name_of(name)};
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool is_about_names(std::string_view words) {
    return has(words, "failed authorizations") || has(words, "failed validations");
}

bool is_about_domains(std::string_view words) {
    return has(words, "registered domain") || has(words, "certificates");
}

/// The names of the order that subproblems refuse because of a limit, with the words about each.
std::map<std::string, std::string> names_in_parts(const acme::Problem& problem,
                                                  const std::vector<std::string>& names) {
    std::map<std::string, std::string> found;
    for (const acme::Subproblem& part : problem.subproblems) {
        if (acme::short_type(part.type) != "rateLimited" || !part.identifier) continue;
        const std::string name = base_of(part.identifier->value);
        const bool ordered = std::any_of(names.begin(), names.end(), [&](const auto& other) {
            return dns::base_name_of(other) == name;
        });
        if (ordered) found.emplace(name, part.detail.empty() ? problem.detail : part.detail);
    }
    return found;
}

std::set<std::string> names_mentioned(std::string_view words,
                                      const std::vector<std::string>& names) {
    std::set<std::string> mentioned;
    for (const std::string& name : names) {
        const std::string base_name = base_of(name);
        if (mentions_name(words, name) || mentions_name(words, base_name))
            mentioned.insert(base_name);
    }
    return mentioned;
}

/// The longest of the name and those above it that is said. One label alone is a word of its own:
/// `in` is said often.
std::string domain_mentioned(std::string_view words, std::string_view name) {
    while (has(name, ".")) {
        if (mentions_name(words, name)) return std::string{name};
        name.remove_prefix(name.find('.') + 1);
    }
    return {};
}

std::set<std::string> domains_mentioned(std::string_view words,
                                        const std::vector<std::string>& names) {
    std::set<std::string> mentioned;
    for (const std::string& name : names) {
        const std::string domain = domain_mentioned(words, base_of(name));
        if (!domain.empty()) mentioned.insert(domain);
    }
    return mentioned;
}

std::optional<base::UtcTime> end_of(const acme::Failure& failure, base::UtcTime now) {
    const bool limited =
        failure.error.kind == base::ErrorKind::rate_limited || failure.is("rateLimited");
    if (!limited) return std::nullopt;
    const auto longest =
        failure.status == kUnavailable ? base::kLongestOutage : base::kLongestAskedWait;
    if (failure.error.retry_at)
        return std::min<base::UtcTime>(*failure.error.retry_at, now + longest);
    if (failure.problem && is_pause(*failure.problem)) return now + kPausePatience;
    return std::nullopt;
}

/// Writes the entries of one refusal.
class BackoffEntries {
  public:
    BackoffEntries(Entry sample, std::string words) : sample_(std::move(sample)) {
        sample_.words = std::move(words);
    }

    void add(BackoffScope kind, std::string key) { add(kind, std::move(key), sample_.words); }

    void add(BackoffScope kind, std::string key, std::string_view words) {
        Entry entry = sample_;
        entry.scope = kind;
        entry.key = std::move(key);
        entry.words = base::printable(words, base::kMostWithLink);
        entry.paused = is_pause(words);
        if (kind == BackoffScope::ca) entry.account.clear();
        entries_.push_back(std::move(entry));
    }

    void add_all(BackoffScope kind, const std::set<std::string>& keys) {
        for (const std::string& key : keys)
            add(kind, key);
    }

    bool empty() const { return entries_.empty(); }
    std::vector<Entry> take() && { return std::move(entries_); }

  private:
    Entry sample_;
    std::vector<Entry> entries_;
};

/// What a problem document speaks of, if it is less than the account.
void narrow_backoffs(BackoffEntries& backoffs, const acme::Problem& problem,
                     const std::vector<std::string>& names) {
    for (const auto& [name, words] : names_in_parts(problem, names))
        backoffs.add(BackoffScope::name, name, words);
    if (!backoffs.empty()) return;
    const std::string words = base::to_lower(without_link(problem.detail));
    if (is_pause(problem)) {
        backoffs.add_all(BackoffScope::name, names_mentioned(words, names));
        if (!backoffs.empty()) return;
        const bool is_one = names.size() == 1;
        backoffs.add(is_one ? BackoffScope::name : BackoffScope::set,
                     is_one ? base_of(names.front()) : ledger::to_set_key(names));
    } else if (is_about_names(words)) {
        backoffs.add_all(BackoffScope::name, names_mentioned(words, names));
    } else if (has(words, "exact set")) {
        backoffs.add(BackoffScope::set, ledger::to_set_key(names));
    } else if (is_about_domains(words)) {
        backoffs.add_all(BackoffScope::domain, domains_mentioned(words, names));
    }
}

}  // namespace

std::vector<Entry> to_backoffs(const acme::Failure& failure, const RefusedOrder& order,
                               base::UtcTime now) {
    const auto until = end_of(failure, now);
    if (!until) return {};
    Entry sample;
    sample.kind = EntryKind::backoff;
    sample.at = now;
    sample.server = order.server;
    sample.account = order.account;
    sample.until = *until;
    BackoffEntries backoffs{sample,
                            failure.problem ? failure.problem->detail : failure.error.message};
    if (failure.status == kUnavailable) {
        backoffs.add(BackoffScope::ca, "");
    } else if (order.registering) {
        backoffs.add(BackoffScope::registration, "");
    } else if (failure.problem) {
        narrow_backoffs(backoffs, *failure.problem, order.names);
    }
    if (backoffs.empty()) {
        backoffs.add(order.account.empty() ? BackoffScope::ca : BackoffScope::account, "");
    }
    return std::move(backoffs).take();
}

}  // namespace ca::limits
