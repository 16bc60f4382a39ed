#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "crypto/certificate.h"
#include "support/certificate_maker.h"
#include "support/files.h"
#include "support/run_bench.h"

namespace test {

struct Pair {
    std::string chain;
    std::string key;
};

inline std::string fingerprint_of(const Pair& pair) {
    return crypto::Certificate::parse_pem(pair.chain).value().fingerprint();
}

/// The app `shop` with the name a.example, served with a certificate of ours of 90 days, 80 of them
/// left, that lies in certs/current in both forms.
struct ServedApp : RunBench {
    ServedApp() {
        DokkuHost::write(host.environment.app_root(app) / "VHOST", "a.example\n");
        host.set_property("--global", "email", "me@x.test");
        put(ours);
        store_lego_form(ours);
        store_plain_form(ours);
        std::filesystem::create_directory_symlink(folder(), current());
        REQUIRE(store.record_issued("shop", fingerprint_of(ours), clock.now()));
        REQUIRE(store.update_state("shop", [&](store::AppState& state) {
            state.enabled = true;
            const auto leaf = crypto::Certificate::parse_pem(ours.chain).value();
            state.installed =
                store::InstalledPair{leaf.fingerprint(), store::Owner::ours, leaf.not_after()};
            state.covered = leaf.names();
            state.next_crl_check = leaf.not_after();
            state.names.push_back(
                {"a.example", store::NameStatus::in_use, "", "", clock.now(), 0, {}, {}, {}});
        }));
    }

    static Pair make_pair(base::UtcTime from, base::UtcTime until) {
        const auto key = make_key();
        CertificateSpec spec;
        spec.common_name = "a.example";
        spec.names = {"a.example"};
        spec.not_before = from;
        spec.not_after = until;
        return {make_certificate(spec, key), std::string{key.to_pem().reveal()}};
    }
    Pair make_pair() const { return make_pair(clock.now() - days(10), clock.now() + days(80)); }
    static std::chrono::hours days(int count) { return std::chrono::hours{24 * count}; }

    std::filesystem::path tls() const { return host.environment.tls_root(app); }
    std::filesystem::path certs() const { return host.environment.certs_root(app); }
    std::filesystem::path current() const { return certs() / "current"; }
    std::filesystem::path folder() const { return certs() / "0123abcd"; }

    void put(const Pair& pair) const {
        write_file(tls() / "server.crt", pair.chain);
        write_file(tls() / "server.key", pair.key);
    }
    void store_lego_form(const Pair& pair) const {
        write_file(folder() / "certificates" / "a.example.crt", pair.chain);
        write_file(folder() / "certificates" / "a.example.key", pair.key);
    }
    void store_plain_form(const Pair& pair) const {
        write_file(folder() / "fullchain.pem", pair.chain);
        write_file(folder() / "key.pem", pair.key);
    }
    bool serves(const Pair& pair) const {
        return content_of(tls() / "server.crt") == pair.chain &&
               content_of(tls() / "server.key") == pair.key;
    }
    void change(const std::function<void(store::AppState&)>& with) const {
        REQUIRE(store.update_state("shop", with));
    }

    Pair ours = make_pair();
};

}  // namespace test
