#include "host/remove_pair.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "tls/removal_marker.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// An app whose vhost loads its pair, and a Dokku that does what the script says.
struct Served : test::DokkuHost {
    Served() {
        install_pair(app, "a certificate\n");
        write(root / "nginx.conf", vhost());
    }
    std::string vhost() const {
        const std::string tls = environment.tls_root(app).string();
        return "server { listen 443 ssl; ssl_certificate " + tls +
               "/server.crt; ssl_certificate_key " + tls + "/server.key; }\n";
    }
    base::Result<void> remove() const {
        REQUIRE(tls::mark_removal(environment, app, tls::RemovalKind::disable));
        return host::remove_pair(environment, app);
    }
    bool has(const std::string& path) const { return fs::exists(root / path); }

    dokku::AppName app = add_app("shop");
    fs::path root = environment.app_root(app);
    /// What Dokku's rebuild does to the vhost of an app without a pair.
    std::string rebuild = "test -e '" + environment.tls_root(app).string() + "' || : >'" +
                          (root / "nginx.conf").string() + "'";
};

/// For `nginx -t`.
void fake_sudo(const test::FakePrograms& programs, const std::string& script) {
    test::write_file(programs / "sudo", "#!/bin/sh\n" + script + "\n");
    fs::permissions(programs / "sudo", fs::perms::owner_all);
}

}  // namespace

TEST_CASE("a pair goes with a mark, and the mark goes last", "[host][dokku-6.2]") {
    const Served host;
    const fs::path mark = host.environment.global_root() / "state/removing/shop";
    const test::FakePrograms programs{"test -e '" + mark.string() + "' || exit 9; test -d '" +
                                      (host.root / ".tls.letsencrypt-former").string() +
                                      R"(' || exit 8; echo "$*" >>"${0%/*}/calls"; )" +
                                      host.rebuild};
    REQUIRE(host.remove());
    CHECK(test::content_of(programs / "calls") ==
          "trigger post-certs-remove shop\ntrigger post-domains-update shop\n");
    CHECK_FALSE(host.has("tls"));
    CHECK_FALSE(host.has(".tls.letsencrypt-former"));
    CHECK_FALSE(host.has(".tls.letsencrypt-deleted"));
    CHECK_FALSE(fs::exists(mark));
}

TEST_CASE("a vhost that names its pair all the same keeps it", "[host]") {
    const Served host;
    const test::FakePrograms programs{"exit 3"};  // Dokku does not write the vhost
    const auto removed = host.remove();
    REQUIRE_FALSE(removed);
    CHECK(removed.error().kind == base::ErrorKind::rejected);
    CHECK_THAT(removed.error().message, ContainsSubstring("The vhost of shop still loads"));
    CHECK_THAT(removed.error().steps.front(), ContainsSubstring("exit code 3"));
    CHECK(host.has("tls/server.crt"));
    CHECK(host.has("tls/server.key"));
    CHECK(tls::pending_removal(host.environment, host.app));
}

TEST_CASE("a pair that another vhost loads comes back", "[host]") {
    const Served host;
    const test::FakePrograms programs{host.rebuild + "; exit 1"};
    fake_sudo(programs, "echo 'nginx: [emerg] cannot load certificate \"" +
                            (host.root / "tls/server.crt").string() +
                            "\": BIO_new_file() failed' >&2; exit 1");
    const auto removed = host.remove();
    REQUIRE_FALSE(removed);
    CHECK(removed.error().kind == base::ErrorKind::rejected);
    CHECK_THAT(removed.error().message,
               ContainsSubstring("Another vhost than that of shop loads its certificate"));
    CHECK_THAT(removed.error().steps.front(), ContainsSubstring("post-certs-remove"));
    CHECK(host.has("tls/server.crt"));
    CHECK(tls::pending_removal(host.environment, host.app));
}

TEST_CASE("a pair that a hook put back meanwhile is taken away again", "[host]") {
    const Served host;
    const test::FakePrograms programs{
        R"(echo "$*" >>"${0%/*}/calls"; )" + host.rebuild + "; test -e '" +
        (host.root / "woken").string() + "' || { mv '" +
        (host.root / ".tls.letsencrypt-former").string() + "' '" + (host.root / "tls").string() +
        "'; : >'" + (host.root / "woken").string() + "'; }"};
    REQUIRE(host.remove());
    CHECK_FALSE(host.has("tls"));
    CHECK_FALSE(tls::pending_removal(host.environment, host.app));
}

TEST_CASE("a trigger that fails is told, and what the vhost gave up goes", "[host]") {
    const Served host;
    const test::FakePrograms programs{host.rebuild + "; exit 1"};
    fake_sudo(programs, "exit 0");
    const auto removed = host.remove();
    REQUIRE_FALSE(removed);
    CHECK_THAT(removed.error().message, ContainsSubstring("post-certs-remove"));
    CHECK_FALSE(host.has("tls"));
    CHECK_FALSE(tls::pending_removal(host.environment, host.app));
}

TEST_CASE("an app without a pair is rebuilt as well", "[host][dokku-11.6]") {
    const Served host;
    fs::remove_all(host.environment.tls_root(host.app));
    const test::FakePrograms programs{R"(echo "$*" >>"${0%/*}/calls"; )" + host.rebuild};
    REQUIRE(host.remove());
    CHECK_THAT(test::content_of(programs / "calls"), ContainsSubstring("post-domains-update"));
    CHECK_FALSE(host.has("tls"));
}

TEST_CASE("a vhost names its pair itself or by what it includes", "[host]") {
    const Served host;
    const fs::path conf = host.root / "nginx.conf";
    CHECK(host::vhost_names_pair(host.environment, host.app));
    test::write_file(conf, "# " + host.vhost());
    CHECK_FALSE(host::vhost_names_pair(host.environment, host.app));
    test::write_file(host.root / "nginx.conf.d/own.conf",
                     "ssl_client_certificate " + (host.root / "tls/ca.pem").string() + ";");
    test::write_file(conf,
                     "server { include " + (host.root / "nginx.conf.d").string() + "/*.conf; }");
    CHECK(host::vhost_names_pair(host.environment, host.app));
    fs::remove(conf);
    CHECK_FALSE(host::vhost_names_pair(host.environment, host.app));
}
