#include "serving/install_pair.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "ca/claim.h"
#include "crypto/certificate.h"
#include "lifecycle/prepare.h"
#include "orders/journal.h"
#include "store/switch_off.h"
#include "support/certificate_maker.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "support/run_bench.h"
#include "tls/certs.h"

using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

std::string certificate(const crypto::PrivateKey& key,
                        const std::vector<std::string>& names = {"a.example"}) {
    test::CertificateSpec spec;
    spec.common_name = names.front();
    spec.names = names;
    return test::make_certificate(spec, key);
}

/// A job whose order is done, on a host whose `plugn` writes down what it is asked.
struct Installing : test::RunBench {
    explicit Installing(const std::string& plugn = "exit 0")
        : programs("echo \"$@\" >>" + (record.path() / "asked").string() + "\n" + plugn) {}

    ca::IssueJob issued_job(const std::vector<std::string>& domains = {"a.example"}) {
        auto ready = job(domains);
        ready.key = test::make_key();
        ready.issued = acme::IssuedCertificate{
            certificate(*ready.key, domains), "https://ca.example/cert/1", {}};
        REQUIRE(ca::hold_folder(context, ready));
        REQUIRE(lifecycle::is_still_due(context, ready, {.force = true}).value());
        REQUIRE(orders::begin_journal(context, ready, {}).value());
        return ready;
    }
    base::Result<void> install(ca::IssueJob& job) {
        return simulated.run(serving::install_pair(context, job));
    }
    fs::path tls() const { return host.environment.tls_root(app); }
    fs::path folder() const { return host.environment.certs_root(app) / "0123abcd"; }
    fs::path current() const { return host.environment.certs_root(app) / "current"; }
    std::string asked() const {
        const fs::path file = record / "asked";
        return fs::exists(file) ? test::content_of(file) : "";
    }

    test::TempDir record;
    test::FakePrograms programs;
};

}  // namespace

TEST_CASE("an issued certificate becomes the pair that nginx serves", "[serving][design-4.8]") {
    Installing installing;
    auto job = installing.issued_job();
    REQUIRE(installing.install(job));

    const std::string& chain = job.issued->chain_pem;
    CHECK(test::content_of(installing.tls() / "server.crt") == chain);
    CHECK(test::content_of(installing.tls() / "server.key") == job.key->to_pem().reveal());
    CHECK(test::content_of(installing.tls() / "server.letsencrypt.crt") == chain);
    CHECK(fs::read_symlink(installing.current()) == installing.folder());
    CHECK(test::content_of(installing.folder() / "certificates/a.example.crt") == chain);
    CHECK(test::content_of(installing.folder() / "fullchain.pem") == chain);
    CHECK(test::content_of(installing.folder() / "key.pem") == job.key->to_pem().reveal());
    CHECK(tls::is_active(installing.host.environment, installing.app));
    CHECK(installing.asked() == "trigger post-certs-update shop\n");

    const auto leaf = crypto::Certificate::parse_pem(chain);
    CHECK(*installing.store.was_issued(leaf->fingerprint()));
    const auto state = installing.state();
    REQUIRE(state.installed);
    CHECK(state.installed->fingerprint == leaf->fingerprint());
    CHECK(state.installed->owner == store::Owner::ours);
    CHECK(state.installed->not_after == leaf->not_after());
    CHECK(state.covered == std::vector<std::string>{"a.example"});
    CHECK(state.verified_pair_stamp ==
          tls::stamp_pair(installing.context.environment, installing.app));
}

TEST_CASE("a chain that must not go live leaves everything as it was", "[serving][design-4.8]") {
    Installing installing;
    auto job = installing.issued_job();
    SECTION("another key") {
        job.key = test::make_key();
    }
    SECTION("a name is missing") {
        job.names.ordered.push_back(dns::DnsName::parse("b.example").value());
    }
    SECTION("expired") {
        installing.clock.advance(std::chrono::hours{24 * 365});
    }
    SECTION("no certificate at all") {
        job.issued->chain_pem = "x";
    }
    const auto installed = installing.install(job);
    REQUIRE_FALSE(installed);
    CHECK(installed.error().kind == base::ErrorKind::protocol);
    CHECK_FALSE(fs::exists(installing.tls()));
    CHECK_FALSE(fs::exists(installing.folder()));
    CHECK_FALSE(fs::is_symlink(installing.current()));
    CHECK(installing.asked().empty());
}

TEST_CASE("a pair that a person installed is kept aside", "[serving][design-1.3]") {
    Installing installing;
    const auto custom_key = test::make_key();
    const std::string custom = certificate(custom_key);
    installing.host.install_pair(installing.app, custom);
    auto job = installing.issued_job();
    REQUIRE(job.present.owner == store::Owner::custom);
    REQUIRE(installing.install(job));

    const fs::path kept = installing.host.environment.app_root(installing.app) /
                          "letsencrypt/replaced-2026-02-02T024000Z";
    CHECK(test::content_of(kept / "server.crt") == custom);
    CHECK(test::content_of(kept / "server.key") == "a key\n");
    CHECK(test::mode_of(kept) == 0700);
    CHECK(test::mode_of(kept / "server.key") == 0600);
    CHECK_THAT(installing.host.logged.err,
               ContainsSubstring("dokku certs:add shop " + (kept / "server.crt").string()));
    CHECK(test::content_of(installing.tls() / "server.crt") == job.issued->chain_pem);
}

TEST_CASE("a pair of ours is replaced without a copy or a word", "[serving][design-1.3]") {
    Installing installing;
    auto first = installing.issued_job();
    REQUIRE(installing.install(first));
    auto second = installing.issued_job();
    REQUIRE(second.present.owner == store::Owner::ours);
    REQUIRE(installing.install(second));
    CHECK(test::content_of(installing.tls() / "server.crt") == second.issued->chain_pem);
    CHECK(installing.host.logged.err.empty());
    const fs::path ours = installing.host.environment.app_root(installing.app) / "letsencrypt";
    CHECK(std::distance(fs::directory_iterator{ours}, {}) == 1);  // certs
}

TEST_CASE("a certificate that someone installed meanwhile stays, and is not called ours",
          "[serving][design-4.8]") {
    Installing installing;
    auto job = installing.issued_job();
    const auto other_key = test::make_key();
    const std::string other = certificate(other_key);
    installing.host.install_pair(installing.app, other);
    const auto installed = installing.install(job);
    REQUIRE_FALSE(installed);
    CHECK(installed.error().kind == base::ErrorKind::busy);
    CHECK(test::content_of(installing.tls() / "server.crt") == other);
    CHECK_FALSE(installing.state().installed);
    CHECK(installing.state().covered.empty());
    CHECK(installing.asked().empty());
    // It was issued all the same: should it ever be found there, it is ours.
    const auto leaf = crypto::Certificate::parse_pem(job.issued->chain_pem);
    CHECK(*installing.store.was_issued(leaf->fingerprint()));
}

TEST_CASE("nothing is installed for an app that was switched off or removed meanwhile",
          "[serving]") {
    Installing installing;
    auto job = installing.issued_job();
    const fs::path root = installing.host.environment.app_root(installing.app);
    SECTION("disabled") {
        REQUIRE(installing.store.update_state("shop", store::switch_off));
    }
    SECTION("being destroyed: our hook has run") {
        REQUIRE(installing.store.remove_state("shop"));
    }
    SECTION("destroyed") {
        REQUIRE(installing.store.remove_state("shop"));
        fs::remove_all(root);
    }
    SECTION("destroyed and made anew, also in letsencrypt") {
        fs::remove_all(root);
        installing.host.add_app("shop");
    }
    CHECK_FALSE(installing.install(job));
    CHECK_FALSE(fs::exists(installing.tls()));
    CHECK(installing.asked().empty());
    CHECK_FALSE(installing.state().installed);
    if (fs::exists(root) && !fs::exists(installing.folder())) CHECK(fs::is_empty(root));
}

TEST_CASE("a failure to install names the app's folder as the operator knows it", "[serving]") {
    Installing installing;
    auto job = installing.issued_job();
    // A file stands where the folder of certificates is to be.
    test::write_file(installing.host.environment.app_root(installing.app) / "letsencrypt", "x");
    const auto installed = installing.install(job);
    REQUIRE_FALSE(installed);
    CHECK_THAT(job.hold.folder->readable(installed.error()).message,
               ContainsSubstring(installing.folder().parent_path().parent_path().string()));
}

TEST_CASE("a hook of another plugin that fails is a warning", "[serving][design-4.8]") {
    Installing installing{"exit 3"};
    auto job = installing.issued_job();
    REQUIRE(installing.install(job));
    CHECK(test::content_of(installing.tls() / "server.crt") == job.issued->chain_pem);
    CHECK_THAT(installing.host.logged.err, ContainsSubstring("post-certs-update"));
    CHECK_THAT(installing.host.logged.err, ContainsSubstring("exit code 3"));
}

TEST_CASE("a wildcard first domain names its files with an underscore", "[serving][dokku-10.3]") {
    Installing installing;
    auto job = installing.issued_job({"*.a.example", "a.example"});
    REQUIRE(installing.install(job));
    CHECK(fs::exists(installing.folder() / "certificates/_.a.example.crt"));
    CHECK(tls::is_active(installing.host.environment, installing.app));
}
