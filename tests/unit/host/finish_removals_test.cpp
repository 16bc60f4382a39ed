#include "host/finish_removals.h"

#include <csignal>
#include <filesystem>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/fake_programs.h"
#include "support/files.h"
#include "support/run_bench.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

using Catch::Matchers::ContainsSubstring;
using tls::RemovalKind;
namespace fs = std::filesystem;

namespace {

/// An app that was switched off, and whose remover was killed with the pair aside.
struct Killed : test::RunBench {
    explicit Killed(RemovalKind kind = RemovalKind::disable, const std::string& plugn = "exit 0")
        : programs(R"(echo "$*" >>"${0%/*}/calls"; )" + plugn) {
        host.install_pair(app, "a certificate\n");
        host.issue(app, "a.example", "a certificate\n");
        REQUIRE(store.update_state("shop", [&](store::AppState& state) {
            state.switched_off = true;
            state.due = clock.now();
        }));
        const test::Fork remover{[&] {
            const bool begun =
                tls::mark_removal(host.environment, app, kind) && tls::set_tls_aside(root());
            return begun && test::Fork::wait_to_be_killed();
        }};
        remover.wait_until_ready();
    }

    fs::path root() const { return host.environment.app_root(app); }
    void finish() {
        host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    }
    bool has(const std::string& path) const { return fs::exists(root() / path); }
    bool is_marked() const { return tls::pending_removal(host.environment, app).has_value(); }
    /// The mark of a process that has ended, not of this one.
    void as_if_ended() const {
        const fs::path mark = host.environment.global_root() / "state/removing/shop";
        const std::string text = test::content_of(mark);
        test::write_file(mark, "1 1 another-boot" + text.substr(text.find('\n')));
    }
    std::string calls() const {
        return fs::exists(programs / "calls") ? test::content_of(programs / "calls") : "";
    }

    test::FakePrograms programs;
};

const std::string kBoth = "trigger post-certs-remove shop\ntrigger post-domains-update shop\n";

}  // namespace

TEST_CASE("the next run finishes a disable that was killed", "[host]") {
    Killed app;
    app.finish();
    CHECK_FALSE(app.has("tls"));
    CHECK_FALSE(app.has(".tls.letsencrypt-former"));
    CHECK_FALSE(app.has("letsencrypt"));
    CHECK_FALSE(app.is_marked());
    CHECK(app.calls() == kBoth);
    CHECK_FALSE(app.state().due);
    CHECK_THAT(app.host.logged.out, ContainsSubstring("The certificate of shop was being removed"));
    app.finish();
    CHECK(app.calls() == kBoth);
}

TEST_CASE("a revoke that was killed keeps what lies in certs", "[host][dokku-11.8]") {
    Killed app{RemovalKind::revoke};
    app.finish();
    CHECK_FALSE(app.has("tls"));
    CHECK(app.has("letsencrypt/certs/current"));
    CHECK_FALSE(app.is_marked());
}

TEST_CASE("what was made of the app since is not undone", "[host]") {
    Killed app;
    SECTION("it was enabled again") {
        REQUIRE(app.store.update_state("shop", [](auto& state) { state.switched_off = false; }));
    }
    SECTION("another pair was installed") {
        app.host.install_pair(app.app, "another certificate\n");
    }
    app.finish();
    CHECK(app.has("tls/server.crt"));
    CHECK(app.has("letsencrypt"));
    CHECK_FALSE(app.has(".tls.letsencrypt-former"));
    CHECK_FALSE(app.is_marked());
    CHECK(app.calls().empty());
}

TEST_CASE("an exchange that was killed between its steps has the former pair back", "[host]") {
    Killed app{RemovalKind::exchange};
    app.finish();
    CHECK(app.has("tls/server.crt"));
    CHECK_FALSE(app.is_marked());
    CHECK(app.calls().empty());
}

TEST_CASE("a removal that fails again is tried in an hour, not each minute", "[host]") {
    Killed app{RemovalKind::disable, "exit 4"};
    // Dokku does not take the pair out of the vhost.
    test::write_file(app.root() / "nginx.conf",
                     "ssl_certificate " + (app.root() / "tls/server.crt").string() + ";");
    app.finish();
    CHECK(app.has("tls/server.crt"));
    CHECK(app.is_marked());
    CHECK(app.state().due == app.clock.now() + std::chrono::hours{1});
    CHECK_THAT(app.host.logged.err, ContainsSubstring("The vhost of shop still loads"));
    CHECK(app.calls() == kBoth);
    app.as_if_ended();
    app.finish();
    CHECK(app.calls() == kBoth);
    app.clock.advance(std::chrono::hours{1});
    app.finish();
    CHECK(app.calls() == kBoth + kBoth);
}

TEST_CASE("a pair whose remover was suspended is put back for nginx", "[host]") {
    Killed app;
    const test::Fork remover{[&] {
        const auto lock = app.store.try_lock_app("shop");
        return lock && tls::mark_removal(app.host.environment, app.app, RemovalKind::disable) &&
               ::raise(SIGSTOP) == 0;
    }};
    int status = 0;
    REQUIRE(::waitpid(-1, &status, WUNTRACED) > 0);
    REQUIRE(WIFSTOPPED(status));
    app.finish();
    CHECK(app.has("tls/server.crt"));
    CHECK(app.is_marked());
    CHECK(app.calls().empty());
}

TEST_CASE("what another process is at work on is left to it", "[host]") {
    Killed app;
    SECTION("by its lock") {
        const auto lock = app.store.try_lock_app("shop");
        REQUIRE(lock);
        app.finish();
        CHECK(app.is_marked());
    }
    SECTION("by its mark") {
        REQUIRE(tls::mark_removal(app.host.environment, app.app, RemovalKind::disable));
        app.finish();
        CHECK(app.is_marked());
    }
    CHECK_FALSE(app.has("tls"));
    CHECK(app.calls().empty());
}

TEST_CASE("the mark of an app that is gone goes as well", "[host]") {
    Killed app;
    fs::remove_all(app.root());
    app.finish();
    CHECK_FALSE(app.is_marked());
    CHECK_FALSE(fs::exists(app.root()));
    CHECK(app.calls().empty());
}
