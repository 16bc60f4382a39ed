#include "dokku/own_files.h"

#include <filesystem>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"
#include "support/files.h"

namespace fs = std::filesystem;

namespace {

struct Host {
    Host() {
        host.install_pair(app, "a certificate\n");
        host.issue(app, "a.example", "a certificate\n");
    }

    /// As a user who is not root; what it may do is told by modes alone.
    bool passes() const {
        const test::Fork other{[this] {
            constexpr uid_t kNobody = 65534;
            if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) return false;
            return dokku::require_own_files(host.environment, app).has_value();
        }};
        return other.succeeded();
    }
    void open_all() const {
        fs::permissions(host.environment.root.parent_path(), fs::perms::all);
        for (const auto& entry : fs::recursive_directory_iterator{host.environment.root}) {
            if (!fs::is_symlink(entry.path())) fs::permissions(entry.path(), fs::perms::all);
        }
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
};

}  // namespace

TEST_CASE("what a renewal reads and replaces is our own", "[dokku]") {
    const Host host;
    host.open_all();
    CHECK(host.passes());
    const char* taken =
        GENERATE("", "letsencrypt", "letsencrypt/certs", "letsencrypt/certs/current",
                 "letsencrypt/certs/current/certificates", "tls");
    CAPTURE(taken);
    const auto path = host.host.environment.root / "shop" / taken;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                              fs::perms::others_exec);
    CHECK_FALSE(host.passes());
    fs::permissions(path, fs::perms::all);
}

TEST_CASE("so are the two files that nginx serves", "[dokku]") {
    const Host host;
    host.open_all();
    const auto path =
        host.host.environment.tls_root(host.app) / GENERATE("server.crt", "server.key");
    fs::permissions(path, fs::perms::none);
    CHECK_FALSE(host.passes());
}

TEST_CASE("what is missing belongs to nobody", "[dokku]") {
    const Host host;
    host.open_all();
    fs::remove_all(host.host.environment.tls_root(host.app));
    fs::remove_all(host.host.environment.certs_root(host.app).parent_path());
    CHECK(host.passes());
}
