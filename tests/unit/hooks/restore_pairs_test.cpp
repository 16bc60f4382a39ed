#include "hooks/restore_pairs.h"

#include <csignal>
#include <filesystem>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/files.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

namespace fs = std::filesystem;

namespace {

/// An app whose pair is being removed by another process.
struct Removing {
    Removing() { host.install_pair(app, "a certificate\n"); }

    /// Marks and sets the pair aside, then waits to be killed.
    test::Fork remover() const {
        return test::Fork{[this] {
            const bool begun =
                tls::mark_removal(host.environment, app, tls::RemovalKind::disable) &&
                tls::set_tls_aside(host.environment.app_root(app));
            return begun && test::Fork::wait_to_be_killed();
        }};
    }
    void restore() const { REQUIRE(hooks::restore_pairs(host.environment, store)); }
    bool has(const std::string& path) const {
        return fs::exists(host.environment.app_root(app) / path);
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
};

}  // namespace

TEST_CASE("a pair whose remover was killed comes back, and is still to be removed", "[hooks]") {
    const Removing app;
    auto remover = app.remover();
    remover.wait_until_ready();
    app.restore();
    CHECK_FALSE(app.has("tls"));  // the remover lives
    remover.kill();
    app.restore();
    CHECK(app.has("tls/server.crt"));
    CHECK(app.has("tls/server.key"));
    CHECK_FALSE(app.has(".tls.letsencrypt-former"));
    CHECK(tls::pending_removal(app.host.environment, app.app));
    app.restore();
    CHECK(app.has("tls/server.crt"));
}

TEST_CASE("who goes away says which pair was to go", "[hooks][uninstall]") {
    Removing app;
    auto remover = app.remover();
    remover.wait_until_ready();
    hooks::tell_unfinished_removals(app.host.environment, app.host.log());
    CHECK(app.host.logged.err.empty());
    remover.kill();
    app.restore();
    hooks::tell_unfinished_removals(app.host.environment, app.host.log());
    CHECK(app.host.logged.err.find("dokku certs:remove shop") != std::string::npos);
}

TEST_CASE("a pair whose remover was suspended comes back, though it holds the lock", "[hooks]") {
    const Removing app;
    const test::Fork remover{[&] {
        const auto lock = app.store.try_lock_app("shop");
        return lock &&
               tls::mark_removal(app.host.environment, app.app, tls::RemovalKind::disable) &&
               tls::set_tls_aside(app.host.environment.app_root(app.app)) && ::raise(SIGSTOP) == 0;
    }};
    siginfo_t stopped{};
    REQUIRE(::waitid(P_ALL, 0, &stopped, WSTOPPED) == 0);
    app.restore();
    CHECK(app.has("tls/server.crt"));
    CHECK_FALSE(app.has(".tls.letsencrypt-former"));
    CHECK(tls::pending_removal(app.host.environment, app.app));
}

TEST_CASE("what was installed after the kill stays", "[hooks]") {
    const Removing app;
    {
        auto remover = app.remover();
        remover.wait_until_ready();
    }
    app.host.install_pair(app.app, "another certificate\n");
    app.restore();
    CHECK(test::content_of(app.host.environment.tls_root(app.app) / "server.crt") ==
          "another certificate\n");
    CHECK_FALSE(app.has(".tls.letsencrypt-former"));
}

TEST_CASE("a pair that a run finishes removing just now is left to it", "[hooks]") {
    const Removing app;
    {
        auto remover = app.remover();
        remover.wait_until_ready();
    }
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(lock);
    app.restore();
    CHECK_FALSE(app.has("tls"));
}

TEST_CASE("a host where nothing is removed is only looked at", "[hooks]") {
    const Removing app;
    const auto before = test::look_at(app.host.environment.lib_root);
    app.restore();
    CHECK(test::look_at(app.host.environment.lib_root) == before);
}

TEST_CASE("the mark of an app that is gone makes nothing", "[hooks]") {
    const Removing app;
    {
        auto remover = app.remover();
        remover.wait_until_ready();
    }
    fs::remove_all(app.host.environment.app_root(app.app));
    app.restore();
    CHECK_FALSE(fs::exists(app.host.environment.app_root(app.app)));
    CHECK_FALSE(fs::exists(app.host.environment.global_root() / "locks/shop"));
}
