#include "lifecycle/writable.h"

#include <filesystem>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "serving/install_pair.h"
#include "support/files.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

struct Writing : test::RunBench {
    ca::IssueJob wanted = job();
    fs::path folder = serving::certificate_folder(context, wanted);
    fs::path global = host.environment.global_root();

    base::Result<void> check() const { return lifecycle::require_writable(context, wanted); }
    void refuses(const std::string& what) const {
        const auto checked = check();
        REQUIRE_FALSE(checked);
        CHECK(checked.error().kind == base::ErrorKind::io);
        CHECK_THAT(checked.error().message,
                   ContainsSubstring("none is ordered") && ContainsSubstring(what));
        CHECK(checked.error().steps.size() == 1);
    }
};

}  // namespace

TEST_CASE("what can be written is not in the way, and nothing stays of the trial",
          "[lifecycle][design-9.3]") {
    Writing bench;
    fs::create_directories(bench.folder);
    CHECK(bench.check());
    CHECK(bench.check());
    CHECK(fs::is_empty(bench.folder / "certificates"));
    CHECK(test::mode_of(bench.global / "state" / "issued.jsonl") == 0600);
    CHECK(fs::file_size(bench.global / "state" / "issued.jsonl") == 0);
    CHECK(std::distance(fs::directory_iterator{bench.global / "state"}, {}) == 1);
}

TEST_CASE("what could not be kept is not ordered", "[lifecycle][design-9.3]") {
    Writing bench;
    fs::create_directories(bench.folder);
    SECTION("the record of what was issued is a folder") {
        fs::create_directories(bench.global / "state" / "issued.jsonl");
        bench.refuses("issued.jsonl");
    }
    SECTION("or a pipe, which nobody waits for") {
        fs::create_directories(bench.global / "state");
        REQUIRE(::mkfifo((bench.global / "state" / "issued.jsonl").c_str(), 0600) == 0);
        bench.refuses("issued.jsonl");
    }
    SECTION("the app's state is a folder") {
        fs::create_directories(bench.global / "state" / "shop.json");
        bench.refuses("shop.json");
    }
    SECTION("the index of due times is a folder") {
        fs::create_directories(bench.global / "state" / "due");
        bench.refuses("state/due");
    }
    SECTION("the ledger is a folder") {
        fs::create_directories(bench.global / "ledger.jsonl");
        bench.refuses("ledger.jsonl");
    }
    SECTION("the folder of states is a file") {
        test::write_file(bench.global / "state", "");
        bench.refuses("state");
    }
    SECTION("a file of the certificate is a folder") {
        fs::create_directories(bench.folder / "certificates" / "a.example.issuer.crt");
        bench.refuses("a.example.issuer.crt");
    }
    SECTION("the folder of the certificate is a file") {
        test::write_file(bench.folder / "certificates", "");
        bench.refuses("certificates");
    }
}
