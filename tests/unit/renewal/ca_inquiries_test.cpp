#include "renewal/ca_inquiries.h"

#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/certificate_maker.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using http::Method;
using std::chrono::hours;
using test::at_ca;

namespace {

const std::string kList = "http://c.ca.example/17.crl";

/// A pair of a CA that tells when to renew it and publishes what it has revoked.
struct Questioned : test::RunBench {
    Questioned() {
        REQUIRE(store.update_state("shop", [](auto& state) { state.enabled = true; }));
        test::DokkuHost::write(host.environment.certs_root(app) / "current" / "config",
                               "--server " + at_ca("/directory") + "\n");
    }

    bool ask() {
        renewal::CaInquiries inquiries{context};
        const auto kept = pair();
        const bool revoked = simulated.run(inquiries.was_revoked(app, kept));
        CHECK(http.left() == 0);
        return revoked;
    }
    renewal::StoredPair pair() const {
        return {crypto::parse_chain_pem(chain).value(), chain, base::Secret{""}};
    }
    std::string fingerprint() const { return pair().chain.front().fingerprint(); }

    Questioned& list(const std::vector<std::string>& serials) {
        test::CrlSpec spec;
        spec.issuer_name = "Issuer";
        spec.made = clock.now() - hours{1};
        spec.until = clock.now() + hours{100};
        for (const std::string& serial : serials)
            spec.revoked.push_back({serial, clock.now() - hours{2}, 1});
        http.answer(Method::get, kList, 200, test::make_crl(spec, ca_key));
        return *this;
    }
    Questioned& window(hours start, hours end) {
        http.answer(Method::get, at_ca("/directory"), 200,
                    R"({"newNonce":"https://ca.example/n","newAccount":"https://ca.example/a",)"
                    R"("newOrder":"https://ca.example/o","renewalInfo":"https://ca.example/ari"})");
        http.answer(Method::get, at_ca("/ari/") + acme::to_certificate_id("\x01\x02", "\x11"), 200,
                    R"({"suggestedWindow":{"start":")" + base::to_rfc3339(clock.now() + start) +
                        R"(","end":")" + base::to_rfc3339(clock.now() + end) + "\"}}");
        return *this;
    }

    crypto::PrivateKey ca_key = test::make_key();
    std::string chain =
        test::make_certificate({.common_name = "a.example",
                                .names = {"a.example"},
                                .issuer_name = "Issuer",
                                .not_before = clock.now() - hours{24 * 10},
                                .not_after = clock.now() + hours{24 * 80},
                                .serial_bytes = "\x11",
                                .authority_key_identifier = "\x01\x02",
                                .crl_points = {"URI:" + kList}},
                               test::make_key(), ca_key) +
        test::make_certificate({.common_name = "Issuer", .is_authority = true}, ca_key);
};

}  // namespace

TEST_CASE("a stored pair is used again if its CA has nothing against it",
          "[renewal][rfc9773-4.2]") {
    Questioned ca;
    ca.list({}).window(hours{24 * 49}, hours{24 * 51});
    CHECK_FALSE(ca.ask());
    CHECK(ca.state().revoked.empty());
}

TEST_CASE("what its CA has revoked is kept in mind and not asked for again",
          "[renewal][rfc9773-4.2]") {
    Questioned ca;
    SECTION("by its list") {
        ca.list({"\x11"});
    }
    SECTION("by a window that is over") {
        ca.list({}).window(hours{-2}, hours{-1});
    }
    SECTION("by its window, and the list cannot be had") {
        ca.http.lose(Method::get, kList);
        ca.window(hours{-2}, hours{-1});
    }
    CHECK(ca.ask());
    CHECK(ca.state().revoked == ca.fingerprint());
    CHECK_THAT(ca.host.logged.err, ContainsSubstring("shop: the CA has revoked"));
    CHECK(ca.ask());
}

TEST_CASE("a window that was moved late in a certificate's life is a word as well",
          "[renewal][rfc9773-4.2]") {
    Questioned ca;
    ca.clock.advance(hours{24 * 60});
    ca.list({}).window(hours{-2}, hours{-1});
    const auto remember = [&](hours start) {
        REQUIRE(ca.store.update_state("shop", [&](auto& state) {
            store::RenewalPlan plan;
            plan.fingerprint = ca.fingerprint();
            plan.start = ca.clock.now() + start;
            state.renewal = plan;
        }));
    };
    SECTION("it was moved") {
        remember(hours{-24 * 9});
        CHECK(ca.ask());
    }
    SECTION("it passed") {
        remember(hours{-2});
        CHECK_FALSE(ca.ask());
    }
}

TEST_CASE("a CA that does not answer says nothing", "[renewal][rfc9773-4.3.3]") {
    Questioned ca;
    ca.http.lose(Method::get, kList);
    ca.http.lose(Method::get, at_ca("/directory"));
    CHECK_FALSE(ca.ask());
    CHECK(ca.state().revoked.empty());
}
