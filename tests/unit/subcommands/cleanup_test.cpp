#include "subcommands/cleanup.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "store/local_store.h"
#include "support/dokku_host.h"
#include "support/fake_clock.h"

namespace fs = std::filesystem;

TEST_CASE("cleanup keeps the folder that is current", "[subcommands][dokku-11.4]") {
    test::DokkuHost host;
    test::FakeClock clock;
    const auto app = host.add_app("shop");
    host.issue(app, "shop.test", "x");
    const auto certs = host.environment.certs_root(app);
    test::DokkuHost::write(certs / "aaaa/certificates/old.crt", "x");
    test::DokkuHost::write(certs / "stray", "x");
    REQUIRE(subcommands::clean_up(host.environment, host.log(), clock, app));
    CHECK(host.logged.out ==
          "=====> Cleaning up stale certificate directories for shop\n"
          "----->   - current config hash 0123abcd\n"
          "----->   - stale directory aaaa\n"
          "----->   - stale directory stray\n");
    CHECK(fs::exists(certs / "current/certificates/shop.test.crt"));
    CHECK_FALSE(fs::exists(certs / "aaaa"));
    CHECK_FALSE(fs::exists(certs / "stray"));
}

TEST_CASE("cleanup without a current folder removes nothing", "[subcommands][dokku-11.4]") {
    test::DokkuHost host;
    test::FakeClock clock;
    const auto app = host.add_app("shop");
    const auto certs = host.environment.certs_root(app);
    test::DokkuHost::write(certs / "aaaa/config", "x");
    const std::string target = GENERATE("", "/nowhere/bbbb", "..", ".", "../certs");
    CAPTURE(target);
    if (!target.empty()) fs::create_directory_symlink(target, certs / "current");
    const auto cleaned = subcommands::clean_up(host.environment, host.log(), clock, app);
    REQUIRE_FALSE(cleaned);
    CHECK(cleaned.error().message == "Cannot resolve the 'current' certificate directory!");
    CHECK(fs::exists(certs / "aaaa/config"));
    CHECK(host.logged.out.empty());
}

TEST_CASE("cleanup waits for a run that orders for the app, and gives up", "[subcommands]") {
    test::DokkuHost host;
    test::FakeClock clock;
    const auto app = host.add_app("shop");
    host.issue(app, "shop.test", "x");
    const auto begun = host.environment.certs_root(app) / "aaaa/certificates/new.crt";
    test::DokkuHost::write(begun, "x");
    const store::LocalStore store{host.environment.global_root()};
    const auto lock = store.try_lock_app("shop");
    const auto cleaned = subcommands::clean_up(host.environment, host.log(), clock, app);
    REQUIRE_FALSE(cleaned);
    CHECK(cleaned.error().kind == base::ErrorKind::busy);
    CHECK(clock.passed() >= store::kTypedPatience);
    CHECK(fs::exists(begun));
}
