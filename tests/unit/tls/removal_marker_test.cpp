#include "tls/removal_marker.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"
#include "support/files.h"
#include "tls/certs.h"

namespace fs = std::filesystem;
using tls::RemovalKind;

TEST_CASE("a removal is known by who removes what, and why", "[tls]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    host.install_pair(app, "a certificate\n");
    const auto kind = GENERATE(RemovalKind::disable, RemovalKind::revoke, RemovalKind::exchange);
    REQUIRE(tls::mark_removal(host.environment, app, kind));
    const auto pending = tls::pending_removals(host.environment);
    REQUIRE(pending.size() == 1);
    CHECK(pending.front().app == app);
    CHECK(pending.front().kind == kind);
    CHECK(pending.front().writer == base::this_process());
    CHECK(pending.front().pair == tls::stamp_pair(host.environment, app));
    CHECK_FALSE(pending.front().is_cut_short());
    const auto file = host.environment.global_root() / "state/removing/shop";
    CHECK(test::mode_of(file) == 0600);
    CHECK(test::mode_of(file.parent_path()) == 0700);

    REQUIRE(tls::unmark_removal(host.environment, app));
    REQUIRE(tls::unmark_removal(host.environment, app));
    CHECK(tls::pending_removals(host.environment).empty());
    CHECK_FALSE(tls::pending_removal(host.environment, app));
}

TEST_CASE("a removal that failed is tried again in an hour", "[tls]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    constexpr base::UtcTime kNow = base::from_unix(1'764'172'800);
    CHECK_FALSE(tls::postpone_removal(host.environment, app, kNow));
    CHECK_FALSE(tls::pending_removal(host.environment, app));
    REQUIRE(tls::mark_removal(host.environment, app, RemovalKind::revoke));
    CHECK(tls::pending_removal(host.environment, app)->is_due(kNow));
    const auto again = tls::postpone_removal(host.environment, app, kNow);
    CHECK(again == kNow + std::chrono::hours{1});
    const auto removal = tls::pending_removal(host.environment, app).value();
    CHECK(removal.kind == RemovalKind::revoke);
    CHECK(removal.writer == base::this_process());
    CHECK_FALSE(removal.is_due(kNow));
    CHECK_FALSE(removal.is_due(*again - std::chrono::seconds{1}));
    CHECK(removal.is_due(*again));
    CHECK(removal.is_due(kNow - std::chrono::hours{24}));  // another clock wrote that
}

TEST_CASE("a removal is cut short once its process has ended", "[tls]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    test::Fork remover{[&] {
        if (!tls::mark_removal(host.environment, app, RemovalKind::disable)) return false;
        return test::Fork::wait_to_be_killed();
    }};
    remover.wait_until_ready();
    CHECK_FALSE(tls::pending_removal(host.environment, app).value().is_cut_short());
    remover.kill();
    const auto removal = tls::pending_removal(host.environment, app);
    REQUIRE(removal);
    CHECK(removal->is_cut_short());
    CHECK(removal->kind == RemovalKind::disable);
    CHECK(removal->pair.empty());
}

TEST_CASE("a mark that cannot be read removes nothing", "[tls]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    const std::string self = base::to_text(base::this_process());
    const std::string text = GENERATE_COPY(std::string{}, self, self + "\nelse\n",
                                           std::string{"1 2\ndisable\n"}, std::string(5000, 'x'));
    test::write_file(host.environment.global_root() / "state/removing/shop", text);
    const auto removal = tls::pending_removal(host.environment, app);
    REQUIRE(removal);
    CHECK(removal->kind == RemovalKind::exchange);
    CHECK(removal->is_cut_short());
}

TEST_CASE("what is no app's mark is passed over", "[tls]") {
    const test::DokkuHost host;
    const auto folder = host.environment.global_root() / "state/removing";
    CHECK(tls::pending_removals(host.environment).empty());
    CHECK_FALSE(fs::exists(folder));
    test::write_file(folder / ".shop.0123456789ab.tmp", "x");
    CHECK(tls::pending_removals(host.environment).empty());
    // What a killed one left goes with the next of the same app.
    REQUIRE(tls::mark_removal(host.environment, host.add_app("shop"), RemovalKind::revoke));
    CHECK_FALSE(fs::exists(folder / ".shop.0123456789ab.tmp"));
}
