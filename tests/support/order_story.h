#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acme/order_flow.h"
#include "async/sleep.h"
#include "support/acme_bench.h"

namespace test {

inline constexpr std::string_view kChain =
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

inline constexpr std::string_view kErrorPrefix = "urn:ietf:params:acme:error:";

inline std::string problem_json(std::string_view type, std::string_view detail) {
    return R"({"type":")" + std::string(kErrorPrefix) + std::string(type) + R"(","detail":")" +
           std::string(detail) + "\"}";
}

/// The order at /order/1 for these names, with the authorizations /authz/0, /authz/1, ...
/// `more` is further members, each with its comma in front.
inline std::string order_json(std::string_view status,
                              const std::vector<std::string>& names = {"a.example"},
                              std::string_view more = "") {
    std::string identifiers;
    std::string authorizations;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string comma = i == 0 ? "" : ",";
        const std::string type = acme::to_identifier(names[i]).type;
        identifiers.append(comma).append(R"({"type":")").append(type);
        identifiers.append(R"(","value":")").append(names[i]).append("\"}");
        authorizations += comma + '"' + at_ca("/authz/") + std::to_string(i) + '"';
    }
    return R"({"status":")" + std::string(status) + R"(","identifiers":[)" + identifiers +
           R"(],"authorizations":[)" + authorizations + R"(],"finalize":")" +
           at_ca("/order/1/finalize") + '"' + std::string(more) + "}";
}

inline std::string valid_order(const std::vector<std::string>& names = {"a.example"}) {
    return order_json("valid", names, R"(,"certificate":")" + at_ca("/cert/1") + '"');
}

/// An authorization that offers http-01 and dns-01, and a challenge of no known type. `more` is put
/// into the http-01 challenge.
inline std::string authorization_json(const std::string& name, std::string_view status = "pending",
                                      std::string_view challenge_status = "pending",
                                      std::string_view more = "") {
    const bool wildcard = name.starts_with("*.");
    const std::string base_name = wildcard ? name.substr(2) : name;
    return R"({"status":")" + std::string(status) + R"(","identifier":{"type":")" +
           acme::to_identifier(base_name).type + R"(","value":")" + base_name +
           R"("},"wildcard":)" + (wildcard ? "true" : "false") +
           R"(,"challenges":[{"type":"dns-persist-01","url":"https://ca.example/p","status":)" +
           R"("pending"},{"type":"dns-01","url":")" + at_ca("/dns/" + base_name) +
           R"(","status":"pending","token":"dns-token"},{"type":"http-01","url":")" +
           at_ca("/http/" + base_name) + R"(","status":")" + std::string(challenge_status) +
           R"(","token":"token-)" + std::to_string(base_name.size()) + '"' + std::string(more) +
           "}]}";
}

/// Notes what an OrderFlow tells, and lets it go on unless the test says otherwise.
struct NotingJournal : acme::OrderJournal {
    base::Result<void> ordered(const acme::OrderFlow& flow) override {
        orders.push_back(flow.order_url());
        return keeps;
    }
    async::Task<acme::Outcome<void>> present(
        std::vector<acme::ChosenChallenge> challenges) override {
        presented.push_back(std::move(challenges));
        if (takes.count() > 0) co_await async::sleep_for(takes);
        co_return presents;
    }
    base::Result<void> goes_on() override {
        if (!lets_go_on || lets_go_on()) return {};
        return base::fail(base::ErrorKind::rejected, "the app is gone");
    }

    base::Result<void> keeps;            ///< an order
    acme::Outcome<void> presents;        ///< challenges
    std::chrono::milliseconds takes{0};  ///< to make them answerable
    std::function<bool()> lets_go_on;

    std::vector<std::string> orders;
    std::vector<std::vector<acme::ChosenChallenge>> presented;
};

/// A scripted CA and what an OrderFlow needs besides.
struct OrderStory : Bench {
    OrderStory() {
        plan.deadline = clock.monotonic() + std::chrono::minutes{5};
        plan.csr = [this]() -> base::Result<std::string> {
            ++csrs;
            return std::string("CSR");
        };
        want({"a.example"});
    }

    void want(const std::vector<std::string>& names) {
        plan.wanted.clear();
        for (const std::string& name : names) {
            plan.wanted.push_back({acme::to_identifier(name), std::string(acme::kHttp01)});
        }
    }

    OrderStory& new_order(const std::string& order, int status = 201) {
        http.post(at_ca("/new-order"), status, order, {{"location", at_ca("/order/1")}});
        return *this;
    }
    OrderStory& post(const std::string& path, int status, const std::string& body,
                     ScriptedHttp::Headers headers = {}) {
        http.post(at_ca(path), status, body, std::move(headers));
        return *this;
    }
    OrderStory& ok(const std::string& path, const std::string& body) {
        return post(path, 200, body);
    }
    OrderStory& certificate() {
        return post("/cert/1", 200, std::string(kChain),
                    {{"content-type", "application/pem-certificate-chain"}});
    }
    /// The answer is lost, and with it the nonce, so another one is fetched.
    OrderStory& lost(const std::string& path) {
        http.lose(http::Method::post, at_ca(path))
            .answer(http::Method::head, at_ca("/new-nonce"), 200, "");
        return *this;
    }
    /// newOrder and the authorization of a.example, its challenge started.
    OrderStory& started() {
        new_order(order_json("pending"));
        ok("/authz/0", authorization_json("a.example"));
        return ok("/http/a.example", "{}");
    }

    using Bench::run;
    /// To the end; what waits, waits on the clock.
    acme::Outcome<acme::IssuedCertificate> run() {
        acme::OrderFlow flow(client, plan, journal);
        auto result = run(flow);
        order_url = flow.order_url();
        return result;
    }
    acme::Outcome<acme::IssuedCertificate> run(acme::OrderFlow& flow) {
        return loop.run(flow.run());
    }

    acme::OrderPlan plan;
    int csrs = 0;
    NotingJournal journal;
    std::vector<std::vector<acme::ChosenChallenge>>& presented = journal.presented;
    std::string order_url;
};

}  // namespace test
