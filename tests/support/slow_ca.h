#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "async/sleep.h"
#include "http/client.h"
#include "json/value.h"
#include "support/acme_bench.h"
#include "support/order_story.h"
#include "support/scripted_http.h"

namespace test {

/// A CA of which every answer takes 50 ms, and which finds all names proven once their challenges
/// were started. It counts what it is asked at once.
class SlowCa final : public http::Client {
  public:
    static constexpr std::chrono::milliseconds kAnswer{50};

    explicit SlowCa(async::Loop& loop) : loop_(loop) {}

    async::Task<base::Result<http::Response>> send(http::Request request) override {
        const UnderWay counted{*this};
        note(request);
        co_await async::sleep_for(kAnswer);
        co_return answer(request);
    }

    /// The most newNonce within one second.
    std::size_t most_new_nonces() const {
        std::size_t found = 0;
        for (std::size_t i = 0, first = 0; i < new_nonces.size(); ++i) {
            while (new_nonces[i] - new_nonces[first] >= std::chrono::seconds{1})
                ++first;
            found = std::max(found, i - first + 1);
        }
        return found;
    }

    std::size_t under_way = 0;
    std::size_t most = 0;  ///< under way at once
    std::size_t repeated_nonces = 0;
    std::size_t unknown_nonces = 0;  ///< that it did not give
    std::vector<async::Loop::Moment> new_nonces;
    std::vector<std::string> asked;  ///< paths, in their order
    /// What an answer is to be instead, if its status is not 0.
    std::function<http::Response(const std::string& path)> instead;

  private:
    struct UnderWay {
        explicit UnderWay(SlowCa& ca) : ca_(ca) { ca.most = std::max(ca.most, ++ca.under_way); }
        UnderWay(const UnderWay&) = delete;
        UnderWay& operator=(const UnderWay&) = delete;
        UnderWay(UnderWay&&) = delete;
        UnderWay& operator=(UnderWay&&) = delete;
        ~UnderWay() { --ca_.under_way; }
        SlowCa& ca_;
    };
    struct Ordered {
        std::vector<std::string> names;
        std::set<std::string> started{};  ///< of them
        bool is_finalized = false;
    };

    void note(const http::Request& request) {
        asked.push_back(request.url.substr(kCa.size()));
        if (request.method == http::Method::head) return new_nonces.push_back(loop_.now());
        const std::string nonce = take_apart(request).protected_member("nonce");
        if (!used_.insert(nonce).second) ++repeated_nonces;
        if (given_.erase(nonce) == 0) ++unknown_nonces;
    }

    base::Result<http::Response> answer(const http::Request& request) {
        const std::string path = request.url.substr(kCa.size());
        http::Response response = instead ? instead(path) : http::Response{};
        if (response.status == 0) response = usual_answer(path, take_apart(request).payload);
        const std::string nonce = "nonce" + std::to_string(++nonces_);
        given_.insert(nonce);
        response.headers.emplace_back("replay-nonce", nonce);
        return response;
    }

    /// Paths: /order/<n>, /order/<n>/finalize, /order/<n>/authz/<name>, /order/<n>/http/<name>,
    /// /order/<n>/cert.
    http::Response usual_answer(const std::string& path, const std::string& payload) {
        if (path == "/new-nonce") return {200, {}, ""};
        if (path == "/new-order") return take_order(payload);
        const std::size_t end = path.find('/', std::string("/order/").size());
        const std::string order = path.substr(0, end);
        const std::string rest = end == std::string::npos ? "" : path.substr(end);
        Ordered& ordered = orders_.at(order);
        if (rest.starts_with("/authz/")) {
            return {200, {}, authorization(order, rest.substr(std::string("/authz/").size()))};
        }
        if (rest.starts_with("/http/")) {
            ordered.started.insert(rest.substr(std::string("/http/").size()));
            return {200, {}, "{}"};
        }
        if (rest == "/cert") return {200, {}, std::string(kChain)};
        if (rest == "/finalize") ordered.is_finalized = true;
        return {200, {}, to_json(order, ordered)};
    }

    http::Response take_order(const std::string& payload) {
        const std::string order = "/order/" + std::to_string(orders_.size() + 1);
        Ordered ordered;
        for (const json::Value& each :
             json::Value::parse(payload)->find("identifiers")->elements()) {
            ordered.names.push_back(each.string("value").value());
        }
        orders_.emplace(order, ordered);
        return {201, {{"location", at_ca(order)}}, to_json(order, ordered)};
    }

    static std::string to_json(const std::string& order, const Ordered& ordered) {
        std::string identifiers;
        std::string authorizations;
        for (const std::string& name : ordered.names) {
            const std::string comma = identifiers.empty() ? "" : ",";
            identifiers.append(comma).append(R"({"type":"dns","value":")");
            identifiers.append(name).append("\"}");
            authorizations.append(comma).append("\"");
            authorizations.append(at_ca(order)).append("/authz/").append(name).append("\"");
        }
        const bool is_ready = ordered.started.size() == ordered.names.size();
        const std::string status = ordered.is_finalized ? "valid" : is_ready ? "ready" : "pending";
        return R"({"status":")" + status + R"(","identifiers":[)" + identifiers +
               R"(],"authorizations":[)" + authorizations + R"(],"finalize":")" +
               at_ca(order + "/finalize") + R"(","certificate":")" + at_ca(order + "/cert") + "\"}";
    }

    static std::string authorization(const std::string& order, const std::string& name) {
        return R"({"status":"pending","identifier":{"type":"dns","value":")" + name +
               R"("},"challenges":[{"type":"http-01","url":")" + at_ca(order + "/http/" + name) +
               R"(","status":"pending","token":"t"}]})";
    }

    async::Loop& loop_;
    std::map<std::string, Ordered> orders_;  ///< by path
    std::set<std::string> used_;
    std::set<std::string> given_;
    int nonces_ = 0;
};

/// A client of it, and flows over that client.
struct SlowStory {
    SlowStory() { client.use_account(at_ca("/account/1")); }

    acme::OrderPlan plan(const std::vector<std::string>& names) const {
        acme::OrderPlan plan;
        for (const std::string& name : names)
            plan.wanted.push_back({acme::to_identifier(name), std::string(acme::kHttp01)});
        plan.csr = []() -> base::Result<std::string> { return std::string("CSR"); };
        plan.deadline = clock.monotonic() + std::chrono::minutes{5};
        return plan;
    }

    FakeClock clock;
    SimulatedLoop loop{clock};
    SlowCa ca{loop};
    acme::Client client{ca, clock, Bench::directory(), account_key()};
    NotingJournal journal;
};

}  // namespace test
