#include "tls/backup.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/files.h"
#include "support/temp_dir.h"

namespace {

constexpr base::UtcTime kNow = base::from_unix(1'700'000'000);

std::string keep(const test::TempDir& root, const std::string& chain) {
    test::write_file(root / "tls" / "server.crt", chain);
    const auto kept = tls::back_up_pair(root.path(), kNow);
    REQUIRE(kept);
    return *kept;
}

}  // namespace

TEST_CASE("a replaced pair is kept, private", "[tls]") {
    const test::TempDir root;
    test::write_file(root / "tls" / "server.key", "key");
    const auto kept = root / keep(root, "chain");
    CHECK(test::content_of(kept / "server.crt") == "chain");
    CHECK(test::content_of(kept / "server.key") == "key");
    CHECK(test::mode_of(kept) == 0700);
    CHECK(test::mode_of(kept / "server.key") == 0600);
}

TEST_CASE("pairs that are replaced in the same second are all kept", "[tls]") {
    const test::TempDir root;
    const std::string first = keep(root, "one");
    const std::string second = keep(root, "two");
    const std::string third = keep(root, "three");
    CHECK(test::content_of(root / first / "server.crt") == "one");
    CHECK(test::content_of(root / second / "server.crt") == "two");
    CHECK(test::content_of(root / third / "server.crt") == "three");
    CHECK(second == first + "-2");
}
