#include "lifecycle/adopt_certificates.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "crypto/certificate.h"
#include "support/certificate_maker.h"
#include "support/run_bench.h"

namespace {

/// An app whose certificate the official plugin got.
struct TakenOver : test::RunBench {
    TakenOver() { replace(); }

    /// It gets another one.
    void replace() {
        const auto key = test::make_key();
        const std::string pem = test::make_certificate(
            {.common_name = "a.example",
             .names = {"a.example"},
             .not_before = clock.now() - std::chrono::hours{1},
             .not_after = clock.now() + std::chrono::hours{24 * 90} + std::chrono::hours{made++}},
            key);
        std::filesystem::remove_all(host.environment.certs_root(app));
        host.issue(app, "a.example", pem);
        host.install_pair(app, pem);
        fingerprint = crypto::Certificate::parse_pem(pem)->fingerprint();
    }
    bool adopt() const {
        return lifecycle::adopt_if_unknown(
            context, app, tls::read_certificate_status(host.environment, app), state());
    }
    bool is_recorded() const { return store.was_issued(fingerprint).value(); }
    std::string record() const {
        return base::read_file(host.environment.global_root() / "state" / "issued.jsonl").value();
    }

    int made = 0;
    std::string fingerprint;
};

}  // namespace

TEST_CASE("a certificate of the official plugin comes into record and state, once",
          "[lifecycle][take-over]") {
    TakenOver app;
    CHECK(app.adopt());
    CHECK(app.is_recorded());
    CHECK(app.state().installed->fingerprint == app.fingerprint);
    CHECK(app.state().installed->owner == store::Owner::ours);
    CHECK(app.state().enabled);
    const std::string record = app.record();
    CHECK_FALSE(app.adopt());
    lifecycle::adopt_certificates(app.context, {app.app});
    CHECK(app.record() == record);
}

TEST_CASE("the one that it got meanwhile takes the former one's place", "[lifecycle][take-over]") {
    TakenOver app;
    REQUIRE(app.adopt());
    app.replace();
    CHECK(app.adopt());
    CHECK(app.is_recorded());
    CHECK(app.state().installed->fingerprint == app.fingerprint);
}

TEST_CASE("install records what a state knows and the record does not", "[lifecycle][take-over]") {
    TakenOver app;
    REQUIRE(app.adopt());
    std::filesystem::remove(app.host.environment.global_root() / "state" / "issued.jsonl");
    CHECK_FALSE(app.adopt());  // costs no look at the record in each run
    lifecycle::adopt_certificates(app.context, {app.app});
    CHECK(app.is_recorded());
}

TEST_CASE("a certificate of a person's is not adopted", "[lifecycle][take-over]") {
    TakenOver app;
    std::filesystem::remove_all(app.host.environment.certs_root(app.app));
    CHECK_FALSE(app.adopt());
    lifecycle::adopt_certificates(app.context, {app.app});
    CHECK_FALSE(app.is_recorded());
}
