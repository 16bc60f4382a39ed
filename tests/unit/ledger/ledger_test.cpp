#include "ledger/ledger.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "store/local_store.h"
#include "support/files.h"
#include "support/temp_dir.h"

using ledger::Entry;
using ledger::EntryKind;
using ledger::Ledger;

namespace fs = std::filesystem;

namespace {

constexpr auto kNow = base::from_unix(1'770'000'000);
constexpr std::chrono::seconds kSecond{1};
constexpr std::chrono::hours kDay{24};

Entry order(base::UtcTime at, const std::string& name = "a.test") {
    Entry entry;
    entry.at = at;
    entry.server = "https://ca.test/dir";
    entry.account = "https://ca.test/acct/1";
    entry.names = {name};
    return entry;
}

Entry backoff(base::UtcTime at, base::UtcTime until) {
    Entry entry = order(at);
    entry.kind = EntryKind::backoff;
    entry.names.clear();
    entry.until = until;
    return entry;
}

struct Host {
    Ledger ledger() const { return Ledger{file}; }
    std::vector<Entry> read(base::UtcTime now = kNow) const { return ledger().read(now).value(); }
    void add_text(std::string_view text) const { std::ofstream{file, std::ios::app} << text; }

    test::TempDir folder;
    fs::path file = folder / "global" / "ledger.jsonl";
};

/// Lines of this age until the file has grown by so many bytes; returns how many.
std::size_t fill(const Host& host, base::UtcTime at, std::size_t bytes) {
    std::string text;
    std::size_t lines = 0;
    for (; text.size() < bytes; ++lines)
        text += ledger::to_text(order(at)) + "\n";
    test::write_file(host.file, (fs::exists(host.file) ? test::content_of(host.file) : "") + text);
    return lines;
}

}  // namespace

TEST_CASE("what was noted is read, in its order and private", "[ledger][design-5.6]") {
    const Host host;
    CHECK(host.read().empty());
    CHECK_FALSE(fs::exists(host.file.parent_path()));
    const std::vector<Entry> first{order(kNow - kDay, "a.test"), order(kNow, "b.test")};
    REQUIRE(host.ledger().append(first, kNow));
    REQUIRE(host.ledger().append({order(kNow, "c.test")}, kNow));
    REQUIRE(host.ledger().append({}, kNow));
    CHECK(host.read() == std::vector<Entry>{first[0], first[1], order(kNow, "c.test")});
    CHECK(test::mode_of(host.file) == 0600);
    CHECK(test::mode_of(host.file.parent_path()) == 0700);
}

TEST_CASE("the store knows where the ledger is", "[ledger][design-5.1]") {
    const test::TempDir root;
    REQUIRE(store::LocalStore{root.path()}.ledger().append({order(kNow)}, kNow));
    CHECK(fs::exists(root / "ledger.jsonl"));
}

TEST_CASE("eight days count", "[ledger][design-5.6]") {
    const Host host;
    const auto edge = kNow - Ledger::kLife;
    const std::vector<Entry> entries{backoff(edge, kNow), order(edge),
                                     order(edge + kSecond, "young.test")};
    REQUIRE(host.ledger().append(entries, kNow));
    CHECK(host.read() == std::vector<Entry>{entries[2]});
}

TEST_CASE("nothing is in backoff for more than a week, whatever stands there", "[ledger]") {
    const Host host;
    REQUIRE(host.ledger().append(
        {backoff(kNow - kDay, kNow + 3 * kDay), backoff(kNow - kDay, kNow + 9000 * kDay)}, kNow));
    CHECK(host.read() == std::vector<Entry>{backoff(kNow - kDay, kNow + 3 * kDay),
                                            backoff(kNow - kDay, kNow + 6 * kDay)});
}

TEST_CASE("what a clock that was set back left in the future does not count", "[ledger]") {
    const Host host;
    const auto soon = kNow + std::chrono::minutes{1};
    REQUIRE(host.ledger().append(
        {order(soon), order(soon + kSecond), backoff(soon + kSecond, kNow + 90 * kDay)}, kNow));
    CHECK(host.read() == std::vector<Entry>{order(soon)});
    CHECK(host.read(soon + kSecond).size() == 3);
}

TEST_CASE("lines of the ledger that nobody wrote are left out", "[ledger]") {
    const Host host;
    REQUIRE(host.ledger().append({order(kNow, "a.test")}, kNow));
    host.add_text("\nrubbish\n{\"at\":1}\n");
    REQUIRE(host.ledger().append({order(kNow, "b.test")}, kNow));
    CHECK(host.read() == std::vector<Entry>{order(kNow, "a.test"), order(kNow, "b.test")});
}

TEST_CASE("a line that a power cut tore hides none after it", "[ledger][design-5.6]") {
    const Host host;
    REQUIRE(host.ledger().append({order(kNow, "a.test")}, kNow));
    const std::string whole = ledger::to_text(order(kNow, "torn.test"));
    // All but the line end may have been written: then it counts.
    const bool complete = GENERATE(false, true);
    host.add_text(complete ? whole : whole.substr(0, whole.size() / 2));
    REQUIRE(host.ledger().append({order(kNow, "b.test"), order(kNow, "c.test")}, kNow));
    std::vector<Entry> expected{order(kNow, "a.test"), order(kNow, "b.test"),
                                order(kNow, "c.test")};
    if (complete) expected.insert(expected.begin() + 1, order(kNow, "torn.test"));
    CHECK(host.read() == expected);
}

TEST_CASE("a ledger that is mostly old is rewritten without it", "[ledger][design-5.6]") {
    const Host host;
    REQUIRE(host.ledger().append({backoff(kNow - 9 * kDay, kNow + kDay)}, kNow));
    fill(host, kNow - 9 * kDay, Ledger::kSmallBytes);
    const std::size_t young = fill(host, kNow - kDay, Ledger::kSmallBytes / 2);
    host.add_text(ledger::to_text(order(kNow + 2 * kDay)) + "\n");  // the clock may be wrong today
    const auto before = host.read();
    REQUIRE(host.ledger().append({order(kNow)}, kNow));
    CHECK(fs::file_size(host.file) < Ledger::kSmallBytes);
    auto expected = before;
    expected.push_back(order(kNow));
    CHECK(host.read() == expected);
    CHECK(expected.size() == young + 1);                    // all of them and the new one
    CHECK(host.read(kNow + 2 * kDay).size() == young + 2);  // a time has come
    CHECK(test::mode_of(host.file) == 0600);
}

TEST_CASE("a ledger that is mostly young, or small, is only added to", "[ledger]") {
    const Host host;
    const bool small = GENERATE(false, true);
    CAPTURE(small);
    std::size_t lines = fill(host, kNow - 9 * kDay, Ledger::kSmallBytes / 2);
    if (!small) lines += fill(host, kNow - kDay, Ledger::kSmallBytes);
    const auto inode = base::stamp_file(host.file)->inode;
    REQUIRE(host.ledger().append({order(kNow)}, kNow));
    CHECK(base::stamp_file(host.file)->inode == inode);
    const std::string text = test::content_of(host.file);
    CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == lines + 1);
}

TEST_CASE("a ledger in which nothing can be read is begun anew", "[ledger]") {
    const Host host;
    test::write_file(host.file, std::string(3 * Ledger::kSmallBytes, 'x'));
    REQUIRE(host.ledger().append({order(kNow)}, kNow));
    CHECK(host.read() == std::vector<Entry>{order(kNow)});
    CHECK(fs::file_size(host.file) < 1'000);
}

TEST_CASE("two processes that write lose nothing, also while it is rewritten",
          "[ledger][design-5.6]") {
    const Host host;
    constexpr std::size_t kRounds = 8;
    // So much that is old is written each time that the next writer rewrites the ledger.
    std::vector<Entry> much_old;
    for (std::size_t bytes = 0; bytes < 2 * Ledger::kSmallBytes;) {
        much_old.push_back(order(kNow - 9 * kDay));
        bytes += ledger::to_text(much_old.back()).size();
    }
    const auto write = [&](const std::string& name) {
        for (std::size_t i = 0; i < kRounds; ++i) {
            if (!host.ledger().append({order(kNow, name)}, kNow)) return false;
            if (!host.ledger().append(much_old, kNow)) return false;
        }
        return true;
    };
    const test::Fork child{[&] { return write("child.test"); }};
    CHECK(write("parent.test"));
    CHECK(child.succeeded());
    const auto entries = host.read();
    for (const auto* name : {"child.test", "parent.test"}) {
        const auto found = std::count(entries.begin(), entries.end(), order(kNow, name));
        CHECK(static_cast<std::size_t>(found) == kRounds);
    }
    CHECK(entries.size() == 2 * kRounds);
}

TEST_CASE("a ledger that cannot be written says so", "[ledger]") {
    const Host host;
    test::write_file(host.file.parent_path(), "a file where the folder should be");
    const auto written = host.ledger().append({order(kNow)}, kNow);
    REQUIRE_FALSE(written);
    CHECK_THAT(written.error().message,
               Catch::Matchers::ContainsSubstring(host.file.parent_path().string()));
}
