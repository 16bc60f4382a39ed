#include "store/claim.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

namespace {

/// One of another boot.
base::ProcessIdentity ended_run() {
    auto run = base::this_process();
    run.boot_id = "another";
    return run;
}
base::ProcessIdentity other_run() {
    return base::find_process(::getppid()).value();
}

}  // namespace

TEST_CASE("a journal was left behind where its run has ended, or had ordered", "[store][kill]") {
    store::CertificateState certificate;
    CHECK_FALSE(store::has_left_journal(certificate));
    certificate.order = store::RunningOrder{};
    CHECK(store::has_left_journal(certificate));
    SECTION("one that has ended") {
        certificate.claim = store::Claim{ended_run()};
        CHECK(store::has_left_journal(certificate));
    }
    SECTION("one at work") {
        certificate.claim = store::Claim{other_run()};
        CHECK_FALSE(store::has_left_journal(certificate));
        certificate.order->url = "https://ca.test/order/1";
        CHECK(store::has_left_journal(certificate));
    }
}

TEST_CASE("an app is claimed elsewhere if one of its certificates is", "[store]") {
    store::AppState state;
    auto& further = store::certificate_of(state, store::CertificateId::parse("rsa").value());
    further.claim = store::Claim{ended_run()};
    CHECK_FALSE(store::is_claimed_elsewhere(state));
    further.claim = store::Claim{base::this_process()};
    CHECK_FALSE(store::is_claimed_elsewhere(state));
    further.claim = store::Claim{other_run()};
    CHECK(store::is_claimed_elsewhere(state));
}
