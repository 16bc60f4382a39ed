#include "ledger/issued_record.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/files.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

using base::from_unix;

namespace {

struct Host {
    test::TempDir folder;
    fs::path file = folder / "state" / "issued.jsonl";
    ledger::IssuedRecord record{file};
};

/// How many bytes this process has read from files so far (proc_pid_io(5)).
long long bytes_read() {
    const std::string io = test::content_of("/proc/self/io");
    return std::stoll(io.substr(io.find(':') + 1));
}

}  // namespace

TEST_CASE("the record follows what other processes add to it", "[ledger]") {
    Host host;
    CHECK_FALSE(host.record.has("0a").value());
    CHECK_FALSE(fs::exists(host.file));
    ledger::IssuedRecord other{host.file};
    REQUIRE(other.add({{"shop", "0a", from_unix(100)}}));
    CHECK(host.record.has("0a").value());
    CHECK_FALSE(host.record.has("0b").value());
    REQUIRE(other.add({{"shop", "0b", from_unix(50)}, {"blog", "0c", from_unix(300)}}));
    CHECK(host.record.has_for("shop", "0b").value());
    CHECK_FALSE(host.record.has_for("blog", "0b").value());
    CHECK(host.record.latest_for("shop").value() == from_unix(100));
    CHECK(host.record.latest_for("blog").value() == from_unix(300));
    CHECK_FALSE(host.record.latest_for("wiki").value());
}

TEST_CASE("a record that was written anew is read anew", "[ledger]") {
    Host host;
    REQUIRE(host.record.add({{"shop", "0a", from_unix(100)}}));
    CHECK(host.record.has("0a").value());
    fs::remove(host.file);
    CHECK_FALSE(host.record.has("0a").value());
    CHECK_FALSE(host.record.latest_for("shop").value());
    REQUIRE(host.record.add({{"shop", "0b", from_unix(100)}}));
    CHECK(host.record.has("0b").value());
}

TEST_CASE("a line of the record that has no end counts as far as it goes", "[ledger]") {
    Host host;
    const std::string line = R"({"fingerprint":"0a","app":"shop","at":"2026-02-02T02:40:00Z"})";
    test::write_file(host.file, line);
    CHECK(host.record.has_for("shop", "0a").value());
    test::write_file(host.file, line.substr(0, line.find("op")));
    CHECK(host.record.has("0a").value());
    CHECK_FALSE(host.record.has_for("sh", "0a").value());
    // A power cut tore it: the next one stands right behind it.
    REQUIRE(host.record.add({{"blog", "0b", from_unix(100)}}));
    CHECK(host.record.has_for("blog", "0b").value());
    CHECK(host.record.latest_for("blog").value() == from_unix(100));
    CHECK(host.record.has("0a").value());
    CHECK_FALSE(host.record.latest_for("sh").value());
}

TEST_CASE("a record that cannot be read says so until it can", "[ledger]") {
    Host host;
    REQUIRE(host.record.add({{"shop", "0a", from_unix(100)}}));
    fs::rename(host.file, host.folder / "kept");
    fs::create_directory(host.file);
    CHECK_FALSE(host.record.has("0a"));
    CHECK_FALSE(host.record.latest_for("shop"));
    fs::remove(host.file);
    fs::rename(host.folder / "kept", host.file);
    CHECK(host.record.has("0a").value());
}

TEST_CASE("a question costs the same however long the record is", "[ledger]") {
    Host host;
    std::vector<ledger::IssuedCertificate> many;
    many.reserve(5000);
    for (int i = 0; i < 5000; ++i)
        many.push_back({"app" + std::to_string(i), "f" + std::to_string(i), from_unix(100 + i)});
    REQUIRE(host.record.add(many));
    CHECK(host.record.has("f0").value());
    const auto before = bytes_read();
    for (int i = 0; i < 1000; ++i)
        REQUIRE(host.record.has_for("app" + std::to_string(i), "f" + std::to_string(i)).value());
    // All of it has 400,000 bytes.
    CHECK((bytes_read() - before) / 1000 < 1000);
}
