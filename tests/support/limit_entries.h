#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ca/limits/limits.h"
#include "settings/known_servers.h"
#include "settings/settings.h"

/// Entries of a ledger, and orders to come, at the CA of which the numbers are known.
namespace test::limits {

using ca::limits::PlannedOrder;
using ledger::BackoffScope;
using ledger::Entry;
using ledger::EntryKind;
using Words = std::vector<std::string>;

inline constexpr auto kNow = base::from_unix(1'770'000'000);  // 2026-02-02 02:40:00 UTC
inline constexpr std::chrono::seconds kSecond{1};
inline constexpr std::chrono::hours kHour{1};
inline constexpr std::chrono::minutes kMinute{1};
inline constexpr std::chrono::hours kDay{24};
inline constexpr std::chrono::hours kWeek{24 * 7};
inline constexpr std::chrono::seconds kPerDomain = std::chrono::seconds{kWeek} / 50;
inline const std::string kServer{settings::kProductionServer};
inline const std::string kAccount = "https://acme-v02.api.letsencrypt.org/acme/acct/1";

inline Entry entry(EntryKind kind, base::UtcTime at, Words names) {
    Entry one;
    one.kind = kind;
    one.at = at;
    one.server = kServer;
    one.account = kAccount;
    one.names = std::move(names);
    return one;
}

/// `count` of them, a second apart, the oldest at `at`.
inline std::vector<Entry> several(int count, const Entry& sample) {
    std::vector<Entry> entries(static_cast<std::size_t>(count), sample);
    for (int i = 0; i < count; ++i)
        entries[static_cast<std::size_t>(i)].at += i * kSecond;
    return entries;
}

/// Certificates for names of their own below one domain.
inline std::vector<Entry> certificates_below(const std::string& domain, int count,
                                             base::UtcTime at) {
    auto entries = several(count, entry(EntryKind::certificate, at, {}));
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i].names = {"n" + std::to_string(i) + "." + domain};
    return entries;
}

inline Entry backoff(BackoffScope kind, const std::string& key) {
    Entry one = entry(EntryKind::backoff, kNow - kHour, {});
    one.scope = kind;
    one.key = key;
    one.until = kNow + kHour;
    one.words = "not so fast";
    return one;
}

inline PlannedOrder planned_order(Words names) {
    return {kServer, kAccount, std::move(names)};
}

/// To a minute, and never before.
inline bool is_about(base::UtcTime at, base::UtcTime expected) {
    return at >= expected && at - expected <= kMinute;
}

}  // namespace test::limits
