#include "support/faulty_ca.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "support/order_story.h"
#include "support/scripted_http.h"

namespace test {
namespace {

constexpr std::string_view kName = "a.example";

std::string directory_json() {
    return R"({"newNonce":")" + at_ca("/new-nonce") + R"(","newAccount":")" +
           at_ca("/new-account") + R"(","newOrder":")" + at_ca("/new-order") + "\"}";
}

}  // namespace

Ask FaultyCa::recognize(const http::Request& request) const {
    const std::array<std::pair<std::string, Ask>, 8> paths{{
        {"/directory", Ask::directory},
        {"/new-nonce", Ask::nonce},
        {"/new-account", Ask::account},
        {"/new-order", Ask::order},
        {"/http/a.example", Ask::challenge},
        {"/order/1", is_finalized_ ? Ask::poll_signed : Ask::poll},
        {"/order/1/finalize", Ask::finalize},
        {"/cert/1", Ask::certificate},
    }};
    for (const auto& [path, ask] : paths) {
        if (request.url == at_ca(path)) return ask;
    }
    const bool reads = request.url == at_ca("/authz/0") && take_apart(request).payload.empty();
    return reads ? Ask::authorization : Ask::other;
}

std::string FaultyCa::authorization() const {
    const std::string name{kName};
    if (!is_challenged_) return authorization_json(name);
    if (refusal_.empty()) return authorization_json(name, "valid", "valid");
    return authorization_json(name, "invalid", "invalid", R"(,"error":)" + refusal_);
}

FaultyCa::Answer FaultyCa::order(int status) const {
    constexpr int kLooksBeforeItIsSigned = 2;
    std::string order = order_json("pending");
    if (is_challenged_) order = order_json(refusal_.empty() ? "ready" : "invalid");
    if (is_finalized_) order = order_json("processing");
    if (is_finalized_ && looks_ >= kLooksBeforeItIsSigned) {
        order = late_refusal_.empty()
                    ? valid_order()
                    : order_json("invalid", {std::string{kName}}, R"(,"error":)" + late_refusal_);
    }
    return {status, order, {{"location", at_ca("/order/1")}}};
}

FaultyCa::Answer FaultyCa::answer(Ask ask) {
    switch (ask) {
        case Ask::directory:
            return {200, directory_json()};
        case Ask::account:
            return {201, R"({"status":"valid"})", {{"location", at_ca("/account/1")}}};
        case Ask::order:
            is_challenged_ = is_finalized_ = false;
            return order(201);
        case Ask::authorization:
            return {200, authorization()};
        case Ask::challenge:
            is_challenged_ = true;
            return {200, "{}"};
        case Ask::finalize:
            is_finalized_ = true;
            return order();
        case Ask::poll_signed:
            ++looks_;
            return order();
        case Ask::poll:
            return order();
        case Ask::certificate:
            return {
                200, std::string{kChain}, {{"content-type", "application/pem-certificate-chain"}}};
        case Ask::nonce:
        case Ask::other:
            break;
    }
    return {200, "{}"};
}

base::Result<http::Response> FaultyCa::reply(const http::Request& request) {
    const Ask ask = recognize(request);
    asked_.push_back(ask);
    if (ask == Ask::account) {
        const bool only_existing =
            take_apart(request).payload.find("onlyReturnExisting") != std::string::npos;
        if (!only_existing) ++registrations_;
    }
    const bool fails = fault_ && fault_->first == ask;
    // A conflict at the challenge means that another request has started it.
    if (fails && ask == Ask::challenge && fault_->second.status == 409) is_challenged_ = true;
    Answer said = fails ? fault_->second : answer(ask);
    if (request.method == http::Method::head) said.body.clear();
    http::Response response{said.status, std::move(said.headers), std::move(said.body)};
    if (!fails || ask != Ask::nonce) {
        response.headers.emplace_back("replay-nonce", "nonce" + std::to_string(++nonces_));
    }
    if (!response.header("content-type")) {
        const bool is_page = response.body.starts_with('<');
        response.headers.emplace_back("content-type", is_page ? "text/html" : "application/json");
    }
    return response;
}

int FaultyCa::asked(Ask ask) const {
    return static_cast<int>(std::count(asked_.begin(), asked_.end(), ask));
}

}  // namespace test
