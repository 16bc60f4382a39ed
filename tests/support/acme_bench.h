#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "acme/client.h"
#include "crypto/private_key.h"
#include "support/fake_clock.h"
#include "support/scripted_http.h"
#include "support/simulated_loop.h"

namespace test {

inline constexpr std::string_view kCa = "https://ca.example";

inline std::string at_ca(std::string_view path) {
    return std::string(kCa) + std::string(path);
}

/// The key that all these tests sign with; making one takes longer than a test.
inline const crypto::PrivateKey& account_key() {
    static const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
    return *key;
}

inline crypto::PrivateKey account_key_copy() {
    return crypto::PrivateKey::parse_pem(account_key().to_pem().reveal()).value();
}

/// A client of a scripted CA that knows its directory and account, and has a nonce.
struct Bench {
    explicit Bench(acme::Directory known = directory())
        : client(http, clock, std::move(known), account_key()) {
        client.use_account(at_ca("/account/1"));
        client.nonces().add("nonce0");
    }

    static acme::Directory directory() {
        acme::Directory directory;
        directory.url = at_ca("/directory");
        directory.new_nonce = at_ca("/new-nonce");
        directory.new_account = at_ca("/new-account");
        directory.new_order = at_ca("/new-order");
        return directory;
    }

    template <class T>
    T run(async::Task<T> task) {
        return loop.run(std::move(task));
    }

    FakeClock clock;
    SimulatedLoop loop{clock};
    ScriptedHttp http;
    acme::Client client;
};

}  // namespace test
