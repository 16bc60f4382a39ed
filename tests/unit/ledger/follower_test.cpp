#include "ledger/follower.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/temp_dir.h"

namespace fs = std::filesystem;

namespace {

constexpr auto kNow = base::from_unix(1'770'000'000);

ledger::Entry order(const std::string& name) {
    ledger::Entry entry;
    entry.at = kNow;
    entry.server = "https://ca.test/dir";
    entry.names = {name};
    return entry;
}

struct Host {
    void add(const std::string& name) const { REQUIRE(ledger.append({order(name)}, kNow)); }

    std::vector<std::string> names() {
        std::vector<std::string> found;
        const auto news = follower.read(kNow);
        REQUIRE(news);
        was_whole = news->is_whole;
        for (const auto& entry : news->entries)
            found.push_back(entry.names.front());
        return found;
    }

    test::TempDir folder;
    fs::path file = folder / "ledger.jsonl";
    ledger::Ledger ledger{file};
    ledger::Follower follower{ledger};
    bool was_whole = false;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a follower reads all, then what was added", "[ledger]") {
    Host host;
    CHECK(host.names().empty());
    host.add("a.test");
    host.add("b.test");
    CHECK(host.names() == Names{"a.test", "b.test"});
    CHECK(host.names().empty());
    CHECK_FALSE(host.was_whole);
    host.add("c.test");
    CHECK(host.names() == Names{"c.test"});
    CHECK_FALSE(host.was_whole);
}

TEST_CASE("a follower reads a file that was written anew from its start", "[ledger]") {
    Host host;
    host.add("a.test");
    CHECK(host.names() == Names{"a.test"});
    SECTION("another file") {
        fs::remove(host.file);
        host.add("b.test");
        host.add("c.test");
        CHECK(host.names() == Names{"b.test", "c.test"});
    }
    SECTION("a shorter one") {
        fs::resize_file(host.file, 0);
        CHECK(host.names().empty());
    }
    SECTION("none") {
        fs::remove(host.file);
        CHECK(host.names().empty());
    }
    CHECK(host.was_whole);
}

TEST_CASE("a follower leaves a line that has no end yet for the next time", "[ledger]") {
    Host host;
    host.add("a.test");
    const std::string line = ledger::to_text(order("b.test"));
    std::ofstream{host.file, std::ios::app} << line.substr(0, 20);
    CHECK(host.names() == Names{"a.test"});
    std::ofstream{host.file, std::ios::app} << line.substr(20) << "\n";
    CHECK(host.names() == Names{"b.test"});
}

TEST_CASE("a ledger that cannot be read is read once it can", "[ledger]") {
    Host host;
    host.add("a.test");
    fs::rename(host.file, host.folder / "kept");
    fs::create_directory(host.file);
    CHECK_FALSE(host.follower.read(kNow));
    fs::remove(host.file);
    fs::rename(host.folder / "kept", host.file);
    CHECK(host.names() == Names{"a.test"});
}
