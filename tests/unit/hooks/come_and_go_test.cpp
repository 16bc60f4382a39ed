#include "hooks/come_and_go.h"

#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "store/local_store.h"
#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// A host whose system user is who runs the test, with an app that the official plugin enabled and
/// whose pair a killed command has set aside.
struct Host {
    Host() {
        host.environment.system_user = ::getpwuid(::geteuid())->pw_name;
        host.environment.system_group = ::getgrgid(::getegid())->gr_name;
        host.issue(app, "shop.test", certificate);
        host.install_pair(app, certificate);
        test::Fork remover{[this] {
            const bool begun =
                tls::mark_removal(host.environment, app, tls::RemovalKind::disable) &&
                tls::set_tls_aside(host.environment.app_root(app));
            return begun && test::Fork::wait_to_be_killed();
        }};
        remover.wait_until_ready();
    }

    bool has_pair() const { return fs::exists(host.environment.tls_root(app) / "server.crt"); }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
    std::string certificate = test::read_test_data("dokku/shop.crt");
    test::FakePrograms programs{"exit 0"};
};

}  // namespace

TEST_CASE("an install puts pairs back, takes apps over and starts the adopter last", "[hooks]") {
    Host host;
    const auto adopter = host.host.environment.plugin_directory / "libexec/adopt";
    test::write_file(adopter, "#!/bin/sh\necho adopted >\"${0%/*}/adopted\"\n");
    fs::permissions(adopter, fs::perms::owner_all);
    REQUIRE(hooks::after_install(host.host.environment, host.host.log(), host.now));
    CHECK(host.has_pair());
    CHECK(host.store.read_state("shop")->enabled);
    CHECK(fs::exists(adopter.parent_path() / "adopted"));
}

TEST_CASE("an install on a host without Dokku's user fails before anything is touched", "[hooks]") {
    Host host;
    host.host.environment.system_user = "no-such-user";
    CHECK_FALSE(hooks::after_install(host.host.environment, host.host.log(), host.now));
    CHECK_FALSE(host.has_pair());
    CHECK_FALSE(hooks::before_uninstall(host.host.environment, host.host.log(), host.now));
    CHECK_FALSE(host.has_pair());
}

TEST_CASE("an uninstall puts pairs back and says which were to go", "[hooks][uninstall]") {
    Host host;
    REQUIRE(hooks::before_uninstall(host.host.environment, host.host.log(), host.now));
    CHECK(host.has_pair());
    CHECK_THAT(host.host.logged.err, ContainsSubstring("dokku certs:remove shop"));
}
