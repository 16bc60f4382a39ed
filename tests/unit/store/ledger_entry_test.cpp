#include "store/ledger_entry.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using store::LedgerEntry;
using store::LedgerKind;
using store::ParkedKind;

namespace {

constexpr auto kAt = base::from_unix(1'770'000'000);

LedgerEntry counted(LedgerKind kind) {
    LedgerEntry entry;
    entry.kind = kind;
    entry.at = kAt;
    entry.server = "https://ca.test/dir";
    entry.account = "https://ca.test/acct/1";
    entry.names = {"*.a.test", "a.test"};
    return entry;
}

LedgerEntry parked(ParkedKind kind) {
    LedgerEntry entry;
    entry.kind = LedgerKind::parked;
    entry.at = kAt;
    entry.server = "https://ca.test/dir";
    entry.parked = kind;
    entry.key = "a.test";
    entry.until = kAt + std::chrono::hours{1};
    entry.words = "too \"many\"\nof them";
    return entry;
}

}  // namespace

TEST_CASE("an entry is read as it was written", "[store][design-5.6]") {
    const auto kind = GENERATE(LedgerKind::order, LedgerKind::failure, LedgerKind::certificate,
                               LedgerKind::order_over);
    LedgerEntry entry = counted(kind);
    entry.exempt = GENERATE(false, true);
    entry.refused = GENERATE(false, true);
    if (GENERATE(false, true)) entry.whole_at = {{"one a.test", kAt}, {"other", kAt}};
    entry.renewal = GENERATE(false, true);
    CHECK(store::parse_ledger_entry(store::to_text(entry)) == entry);
}

TEST_CASE("what is parked is read as it was written", "[store][design-7.2]") {
    const auto kind = GENERATE(ParkedKind::ca, ParkedKind::account, ParkedKind::name,
                               ParkedKind::set, ParkedKind::domain, ParkedKind::registration);
    LedgerEntry entry = parked(kind);
    entry.account = GENERATE("", "https://ca.test/acct/1");
    entry.paused = GENERATE(false, true);
    CHECK(store::parse_ledger_entry(store::to_text(entry)) == entry);
    CHECK(store::to_text(entry).find('\n') == std::string::npos);
}

TEST_CASE("an entry is a line that a person can read", "[store]") {
    LedgerEntry order = counted(LedgerKind::order);
    order.renewal = true;
    CHECK(store::to_text(order) ==
          R"({"at":"2026-02-02T02:40:00Z","entry":"order","server":"https://ca.test/dir",)"
          R"("account":"https://ca.test/acct/1","names":["*.a.test","a.test"],"renewal":true})");
    LedgerEntry whole = parked(ParkedKind::ca);
    whole.key.clear();
    whole.words = "later";
    CHECK(store::to_text(whole) ==
          R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"https://ca.test/dir",)"
          R"("kind":"ca","until":"2026-02-02T03:40:00Z","words":"later"})");
}

TEST_CASE("what is no entry is none", "[store]") {
    const std::string line = GENERATE(
        "", "{", "[]", "{}", "5",
        // No moment, no CA, a kind of a later release.
        R"({"entry":"order","server":"s","names":["a.test"]})",
        R"({"at":"soon","entry":"order","server":"s"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"order"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"rollover","server":"s"})",
        // Parked for ever, or nobody knows what.
        R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"s","kind":"ca"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"s","until":"2026-02-02T02:41:00Z"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"s","kind":"ip","until":"2026-02-02T02:41:00Z"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"order","server":"s","na)");
    CAPTURE(line);
    CHECK_FALSE(store::parse_ledger_entry(line));
}

TEST_CASE("a set has one key in whatever order it stands", "[store]") {
    CHECK(store::to_set_key({"b.test", "*.a.test", "a.test"}) == "*.a.test,a.test,b.test");
    CHECK(store::to_set_key({"a.test", "b.test", "*.a.test"}) == "*.a.test,a.test,b.test");
    CHECK(store::to_set_key({}).empty());
}
