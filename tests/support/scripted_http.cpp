#include "support/scripted_http.h"

#include <algorithm>
#include <stdexcept>

#include "base/base64.h"
#include "json/value.h"

namespace test {
namespace {

std::string decoded(const json::Value& jws, std::string_view member) {
    const auto text = jws.string(member);
    return text ? base::parse_base64url(*text).value_or("") : "";
}

std::string name_of(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "GET ";
        case http::Method::head:
            return "HEAD ";
        case http::Method::post:
            return "POST ";
    }
    return "";
}

}  // namespace

SentRequest take_apart(const http::Request& request) {
    SentRequest sent{request, {}, {}, {}};
    const auto jws = json::Value::parse(request.body);
    if (!jws || !jws->is_object() || !jws->find("protected")) return sent;
    if (jws->members().size() != 3) throw std::logic_error("a JWS has three members");
    sent.protected_header = decoded(*jws, "protected");
    sent.payload = decoded(*jws, "payload");
    sent.signature = decoded(*jws, "signature");
    return sent;
}

std::string SentRequest::header(const std::string& name) const {
    const auto found = std::find_if(request.headers.begin(), request.headers.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == request.headers.end() ? "" : found->second;
}

std::string SentRequest::protected_member(const std::string& name) const {
    const auto object = json::Value::parse(protected_header);
    return object ? object->string(name).value_or("") : "";
}

ScriptedHttp& ScriptedHttp::answer(http::Method method, std::string url, int status,
                                   std::string body, Headers headers) {
    http::Response response{status, std::move(headers), std::move(body)};
    if (!response.header("replay-nonce")) {
        response.headers.emplace_back("replay-nonce", "nonce" + std::to_string(++nonces_));
    }
    if (!response.header("content-type")) {
        response.headers.emplace_back(
            "content-type", status >= 400 ? "application/problem+json" : "application/json");
    }
    script_.push_back({method, std::move(url), std::move(response)});
    return *this;
}

ScriptedHttp& ScriptedHttp::post(std::string url, int status, std::string body, Headers headers) {
    return answer(http::Method::post, std::move(url), status, std::move(body), std::move(headers));
}

ScriptedHttp& ScriptedHttp::lose(http::Method method, std::string url, base::ErrorKind kind) {
    script_.push_back({method, std::move(url), base::Error{kind, "the answer was lost", {}, {}}});
    return *this;
}

base::Result<http::Response> ScriptedHttp::reply(const http::Request& request) {
    const std::string what = name_of(request.method) + request.url;
    if (script_.empty()) throw std::logic_error("not in the script: " + what);
    Exchange next = std::move(script_.front());
    script_.pop_front();
    if (next.method != request.method || next.url != request.url) {
        throw std::logic_error("expected " + name_of(next.method) + next.url + ", got " + what);
    }
    sent_.push_back(take_apart(request));
    return std::move(next.answer);
}

}  // namespace test
