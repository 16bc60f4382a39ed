#pragma once

#include <filesystem>
#include <string>

#include "support/files.h"
#include "support/run_bench.h"

namespace test {

inline const std::string kAccount = R"({"status":"valid","contact":["mailto:me@x.test"]})";

inline std::string directory_json() {
    return R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
           at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") + "\"}";
}

/// The account of me@x.test at the scripted CA, before a run opens it.
struct Opening : RunBench {
    std::filesystem::path folder() const {
        return host.environment.global_root() / "accounts" / "ca.example" / "me@x.test";
    }
    std::filesystem::path key_file() const { return folder() / "keys" / "me@x.test.key"; }
    std::filesystem::path account_file() const { return folder() / "account.json"; }

    void store_key() const { write_file(key_file(), account_key().to_pem().reveal()); }
    void store_account(const std::string& registration) const {
        store_key();
        write_file(account_file(), R"({"email":"me@x.test","registration":)" + registration + "}");
    }
    Opening& fetch_directory() {
        http.answer(http::Method::get, at_ca("/directory"), 200, directory_json());
        return *this;
    }
    Opening& nonce() {
        http.answer(http::Method::head, at_ca("/new-nonce"), 200, "");
        return *this;
    }
    Opening& new_account(int status, const std::string& body) {
        http.post(at_ca("/new-account"), status, body, {{"location", at_ca("/account/7")}});
        return *this;
    }
};

}  // namespace test
