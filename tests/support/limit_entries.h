#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "dokku/settings.h"
#include "lifecycle/limits.h"

/// Entries of a ledger, and orders to come, at the CA of which the numbers are known.
namespace test::limits {

using lifecycle::OrderWish;
using store::LedgerEntry;
using store::LedgerKind;
using store::ParkedKind;
using Words = std::vector<std::string>;

inline constexpr auto kNow = base::from_unix(1'770'000'000);  // 2026-02-02 02:40:00 UTC
inline constexpr std::chrono::seconds kSecond{1};
inline constexpr std::chrono::hours kHour{1};
inline constexpr std::chrono::minutes kMinute{1};
inline constexpr std::chrono::hours kDay{24};
inline constexpr std::chrono::hours kWeek{24 * 7};
inline constexpr std::chrono::seconds kPerDomain = std::chrono::seconds{kWeek} / 50;
inline const std::string kServer{dokku::kProductionServer};
inline const std::string kAccount = "https://acme-v02.api.letsencrypt.org/acme/acct/1";

inline LedgerEntry entry(LedgerKind kind, base::UtcTime at, Words names) {
    LedgerEntry one;
    one.kind = kind;
    one.at = at;
    one.server = kServer;
    one.account = kAccount;
    one.names = std::move(names);
    return one;
}

/// `count` of them, a second apart, the oldest at `at`.
inline std::vector<LedgerEntry> several(int count, const LedgerEntry& sample) {
    std::vector<LedgerEntry> entries(static_cast<std::size_t>(count), sample);
    for (int i = 0; i < count; ++i)
        entries[static_cast<std::size_t>(i)].at += i * kSecond;
    return entries;
}

/// Certificates for names of their own below one domain.
inline std::vector<LedgerEntry> certificates_below(const std::string& domain, int count,
                                                   base::UtcTime at) {
    auto entries = several(count, entry(LedgerKind::certificate, at, {}));
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i].names = {"n" + std::to_string(i) + "." + domain};
    return entries;
}

inline LedgerEntry parked(ParkedKind kind, const std::string& key) {
    LedgerEntry one = entry(LedgerKind::parked, kNow - kHour, {});
    one.parked = kind;
    one.key = key;
    one.until = kNow + kHour;
    one.words = "not so fast";
    return one;
}

inline OrderWish wish(Words names) {
    return {kServer, kAccount, std::move(names)};
}

/// To a minute, and never before.
inline bool is_about(base::UtcTime at, base::UtcTime expected) {
    return at >= expected && at - expected <= kMinute;
}

}  // namespace test::limits
