#include "orders/certificate_key.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "crypto/certificate.h"
#include "support/certificate_maker.h"
#include "support/run_bench.h"

namespace {

/// An app with a certificate of ours in certs/current.
struct WithKey : test::RunBench {
    WithKey() {
        host.issue(app, "a.example", certificate);
        test::DokkuHost::write(
            host.environment.certs_root(app) / "current/certificates/a.example.key",
            key.to_pem().reveal());
    }

    ca::IssueJob reusing_job() {
        return job({"a.example"}, [](ca::Wanted& wanted) { wanted.options.lego.reuse_key = true; });
    }
    bool keeps_key(const ca::IssueJob& ready) {
        const auto next = orders::new_certificate_key(context, ready);
        REQUIRE(next);
        return next->to_pem().reveal() == key.to_pem().reveal();
    }
    void note_revoked() {
        const auto leaf = crypto::Certificate::parse_pem(certificate);
        REQUIRE(store.update_state(
            "shop", [&](store::AppState& state) { state.revoked = leaf->fingerprint(); }));
    }

    crypto::PrivateKey key = test::make_key();
    std::string certificate = test::make_certificate({.common_name = "a.example"}, key);
};

}  // namespace

TEST_CASE("a key is used again only where that was asked for", "[orders]") {
    WithKey with;
    CHECK(with.keeps_key(with.reusing_job()));
    CHECK_FALSE(with.keeps_key(with.job()));
}

TEST_CASE("the key of a revoked certificate is never used again", "[orders]") {
    WithKey with;
    auto job = with.reusing_job();
    SECTION("while nginx serves it") {
        job.present.is_revoked = true;
    }
    SECTION("after `revoke` took it out of tls/") {
        with.note_revoked();
    }
    CHECK_FALSE(with.keeps_key(job));
}
