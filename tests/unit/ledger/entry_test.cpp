#include "ledger/entry.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using ledger::BackoffScope;
using ledger::Entry;
using ledger::EntryKind;

namespace {

constexpr auto kAt = base::from_unix(1'770'000'000);

Entry counted(EntryKind kind) {
    Entry entry;
    entry.kind = kind;
    entry.at = kAt;
    entry.server = "https://ca.test/dir";
    entry.account = "https://ca.test/acct/1";
    entry.names = {"*.a.test", "a.test"};
    return entry;
}

Entry backoff(BackoffScope kind) {
    Entry entry;
    entry.kind = EntryKind::backoff;
    entry.at = kAt;
    entry.server = "https://ca.test/dir";
    entry.scope = kind;
    entry.key = "a.test";
    entry.until = kAt + std::chrono::hours{1};
    entry.words = "too \"many\"\nof them";
    return entry;
}

}  // namespace

TEST_CASE("an entry is read as it was written", "[ledger][design-5.6]") {
    const auto kind = GENERATE(EntryKind::order, EntryKind::failure, EntryKind::certificate,
                               EntryKind::order_over);
    Entry entry = counted(kind);
    entry.exempt = GENERATE(false, true);
    entry.refused = GENERATE(false, true);
    if (GENERATE(false, true)) entry.whole_at = {{"one a.test", kAt}, {"other", kAt}};
    entry.renewal = GENERATE(false, true);
    CHECK(ledger::parse_entry(ledger::to_text(entry)) == entry);
}

TEST_CASE("a backoff is read as it was written", "[ledger][design-7.2]") {
    const auto kind = GENERATE(BackoffScope::ca, BackoffScope::account, BackoffScope::name,
                               BackoffScope::set, BackoffScope::domain, BackoffScope::registration);
    Entry entry = backoff(kind);
    entry.account = GENERATE("", "https://ca.test/acct/1");
    entry.paused = GENERATE(false, true);
    CHECK(ledger::parse_entry(ledger::to_text(entry)) == entry);
    CHECK(ledger::to_text(entry).find('\n') == std::string::npos);
}

TEST_CASE("an entry is a line that a person can read", "[ledger]") {
    Entry order = counted(EntryKind::order);
    order.renewal = true;
    CHECK(ledger::to_text(order) ==
          R"({"at":"2026-02-02T02:40:00Z","entry":"order","server":"https://ca.test/dir",)"
          R"("account":"https://ca.test/acct/1","names":["*.a.test","a.test"],"renewal":true})");
    Entry whole = backoff(BackoffScope::ca);
    whole.key.clear();
    whole.words = "later";
    CHECK(ledger::to_text(whole) ==
          R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"https://ca.test/dir",)"
          R"("kind":"ca","until":"2026-02-02T03:40:00Z","words":"later"})");
}

TEST_CASE("what is no entry is none", "[ledger]") {
    const std::string line = GENERATE(
        "", "{", "[]", "{}", "5",
        // No moment, no CA, a kind of a later release.
        R"({"entry":"order","server":"s","names":["a.test"]})",
        R"({"at":"soon","entry":"order","server":"s"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"order"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"rollover","server":"s"})",
        // In backoff for ever, or it is not known what is.
        R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"s","kind":"ca"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"s","until":"2026-02-02T02:41:00Z"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"parked","server":"s","kind":"ip","until":"2026-02-02T02:41:00Z"})",
        R"({"at":"2026-02-02T02:40:00Z","entry":"order","server":"s","na)");
    CAPTURE(line);
    CHECK_FALSE(ledger::parse_entry(line));
}

TEST_CASE("a set has one key in whatever order it stands", "[ledger]") {
    CHECK(ledger::to_set_key({"b.test", "*.a.test", "a.test"}) == "*.a.test,a.test,b.test");
    CHECK(ledger::to_set_key({"a.test", "b.test", "*.a.test"}) == "*.a.test,a.test,b.test");
    CHECK(ledger::to_set_key({}).empty());
}
