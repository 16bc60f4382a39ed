#include "simulation/ca_limits.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace simulation {
namespace {

constexpr const char* kThisHost = "this host";

}  // namespace

std::string registered_domain(const std::string& name) {
    const auto last = name.rfind('.');
    if (last == std::string::npos || last == 0) return name;
    const auto before = name.rfind('.', last - 1);
    return before == std::string::npos ? name : name.substr(before + 1);
}

Bucket::Level& Bucket::level(const std::string& subject, base::UtcTime now) {
    Level& level = levels_.try_emplace(subject, Level{most_, now}).first->second;
    const auto passed = static_cast<double>((now - level.at).count());
    const auto whole = static_cast<double>(whole_after_.count());
    level.left = std::min(most_, level.left + passed * most_ / whole);
    level.at = now;
    return level;
}

std::optional<base::UtcTime> Bucket::empty_until(const std::string& subject, base::UtcTime now) {
    // What is told in whole seconds may be a little short.
    constexpr double kNearly = 0.999;
    const double left = level(subject, now).left;
    if (left >= kNearly) return std::nullopt;
    const auto whole = static_cast<double>(whole_after_.count());
    const double seconds = (1 - left) * whole / most_;
    return now + std::chrono::seconds{static_cast<std::int64_t>(seconds) + 1};
}

void Bucket::take(const std::string& subject, base::UtcTime now) {
    Level& one = level(subject, now);
    one.left = std::max(0.0, one.left - 1);
}

std::string LetsEncryptLimits::text_of(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

std::optional<LimitHit> LetsEncryptLimits::why_refused(const std::string& account,
                                                       const std::set<std::string>& names,
                                                       bool is_exempt, bool is_renewal,
                                                       base::UtcTime now) {
    for (const std::string& name : names) {
        if (is_exempt) break;
        if (const auto free = failures_.empty_until(fmt::format("{} {}", account, name), now)) {
            return LimitHit{"failed validations", name, *free};
        }
    }
    if (is_exempt) return std::nullopt;
    const std::string set = text_of(names);
    if (const auto free = sets_.empty_until(set, now)) return LimitHit{"exact set", set, *free};
    if (is_renewal) return std::nullopt;
    if (const auto free = orders_.empty_until(account, now)) {
        return LimitHit{"new orders", account, *free};
    }
    for (const std::string& name : names) {
        const std::string domain = registered_domain(name);
        const auto free = domains_.empty_until(domain, now);
        if (!free) continue;
        const auto other = others_.find(domain);
        const bool by_others =
            other != others_.end() && now - other->second < std::chrono::hours{7 * 24};
        return LimitHit{"certificates per domain", domain, *free, by_others};
    }
    return std::nullopt;
}

void LetsEncryptLimits::note_order(const std::string& account, bool is_exempt, bool is_renewal,
                                   base::UtcTime now) {
    if (!is_exempt && !is_renewal) orders_.take(account, now);
}

void LetsEncryptLimits::note_certificate(const std::set<std::string>& names, bool is_exempt,
                                         bool is_renewal, base::UtcTime now) {
    sets_.take(text_of(names), now);
    if (is_exempt || is_renewal) return;
    std::set<std::string> domains;
    for (const std::string& name : names)
        domains.insert(registered_domain(name));
    for (const std::string& domain : domains)
        domains_.take(domain, now);
}

void LetsEncryptLimits::note_failure(const std::string& account, const std::string& name,
                                     base::UtcTime now) {
    failures_.take(fmt::format("{} {}", account, name), now);
}

std::optional<LimitHit> LetsEncryptLimits::why_no_account(base::UtcTime now) {
    const auto free = accounts_.empty_until(kThisHost, now);
    if (!free) return std::nullopt;
    return LimitHit{"new accounts", kThisHost, *free};
}

void LetsEncryptLimits::note_account(base::UtcTime now) {
    accounts_.take(kThisHost, now);
}

void LetsEncryptLimits::note_of_others(const std::string& domain, base::UtcTime now) {
    domains_.take(domain, now);
    others_.insert_or_assign(domain, now);
}

}  // namespace simulation
