#include <algorithm>

#include "base/base64.h"
#include "json/writer.h"
#include "simulation/simulated_ca.h"
#include "support/certificate_maker.h"

namespace simulation {
namespace {

constexpr std::chrono::hours kOrderLives{24 * 7};

std::set<std::string> names_of(const json::Value& payload) {
    std::set<std::string> names;
    const auto identifiers = payload.find("identifiers");
    if (!identifiers) return names;
    for (const json::Value& one : identifiers->elements())
        names.insert(one.string("value").value_or(""));
    return names;
}

}  // namespace

SimulatedCa::Answer SimulatedCa::refuse_order(const Signed& envelope, Order& order) {
    order.replaces = envelope.payload.string("replaces").value_or("");
    const auto replaced = certificates_.find(order.replaces);
    if (!order.replaces.empty() && replaced == certificates_.end()) {
        return problem(404, "malformed", "no such certificate to replace");
    }
    if (!order.replaces.empty() && replaced->second.is_replaced) {
        return problem(409, "alreadyReplaced", "it was replaced already");
    }
    order.is_exempt = !order.replaces.empty() && now() >= replaced->second.window_start &&
                      now() <= replaced->second.window_end;
    order.is_renewal =
        std::any_of(certificates_.begin(), certificates_.end(),
                    [&](const auto& one) { return one.second.names == order.names; });
    if (!character_.has_limits) return {};
    const auto hit =
        limits_.why_refused(order.account, order.names, order.is_exempt, order.is_renewal, now());
    return hit ? limited(*hit) : Answer{};
}

SimulatedCa::Answer SimulatedCa::new_order(const Signed& envelope) {
    Order order;
    order.account = envelope.account;
    order.names = names_of(envelope.payload);
    order.made = now();
    if (order.names.empty()) return problem(400, "malformed", "no identifiers");
    for (std::size_t i = 0; i < orders_.size(); ++i) {
        const Order& known = orders_[i];
        const bool is_open = known.status == "pending" || known.status == "ready";
        if (is_open && known.account == order.account && known.names == order.names &&
            now() - known.made < kOrderLives) {
            return show_order(i, 201);
        }
    }
    Answer refused = refuse_order(envelope, order);
    if (refused.status != 200) return refused;
    limits_.note_order(order.account, order.is_exempt, order.is_renewal, now());
    if (on_order) on_order(*this, order.names);
    for (const std::string& name : order.names)
        order.authorizations.push_back(authorization_for(order.account, name));
    orders_.push_back(std::move(order));
    return show_order(orders_.size() - 1, 201);
}

std::size_t SimulatedCa::authorization_for(const std::string& account, const std::string& name) {
    for (std::size_t i = authorizations_.size(); i-- > 0;) {
        const Authorization& known = authorizations_[i];
        if (known.account != account || known.name != name) continue;
        if (known.status == "valid" && known.valid_until > now()) return i;
    }
    Authorization fresh;
    fresh.name = name;
    fresh.account = account;
    fresh.token = base::to_base64url(dice_.bytes(24));
    authorizations_.push_back(std::move(fresh));
    return authorizations_.size() - 1;
}

void SimulatedCa::look_at_authorizations(Order& order) {
    if (order.status != "pending") return;
    bool all_valid = true;
    for (const std::size_t number : order.authorizations) {
        const Authorization& one = authorizations_[number];
        if (one.status == "invalid" || one.status == "deactivated") {
            order.status = "invalid";
            order.problem = one.problem;
        }
        all_valid = all_valid && one.status == "valid";
    }
    if (all_valid) order.status = "ready";
}

SimulatedCa::Answer SimulatedCa::show_order(std::size_t number, int status) {
    Order& order = orders_[number];
    look_at_authorizations(order);
    const std::string text = std::to_string(number);
    json::Writer body;
    body.begin_object().member("status", std::string_view{order.status});
    body.key("identifiers").begin_array();
    for (const std::string& name : order.names) {
        body.begin_object()
            .member("type", "dns")
            .member("value", std::string_view{name})
            .end_object();
    }
    body.end_array();
    std::vector<std::string> urls;
    for (const std::size_t one : order.authorizations)
        urls.push_back(at("/authz/" + std::to_string(one)));
    body.member("authorizations", urls)
        .member("finalize", std::string_view{at("/finalize/" + text)});
    if (!order.certificate.empty()) {
        body.member("certificate", std::string_view{at("/cert/" + order.certificate)});
    }
    if (order.status == "invalid" && !order.problem.empty()) body.key("error").raw(order.problem);
    body.end_object();
    return {status, body.text(), {{"location", at("/order/" + text)}}};
}

SimulatedCa::Answer SimulatedCa::show_authorization(std::size_t number) {
    const Authorization& one = authorizations_[number];
    const bool is_waiting = one.status == "pending";
    const std::string status = !is_waiting ? one.status : one.is_started ? "processing" : "pending";
    json::Writer body;
    body.begin_object().member("status", std::string_view{one.status});
    body.key("identifier").begin_object();
    body.member("type", "dns").member("value", std::string_view{one.name}).end_object();
    body.key("challenges").begin_array().begin_object();
    body.member("type", "http-01").member("status", std::string_view{status});
    body.member("url", std::string_view{at("/challenge/" + std::to_string(number))});
    body.member("token", std::string_view{one.token});
    if (!one.problem.empty()) body.key("error").raw(one.problem);
    body.end_object().end_array().end_object();
    return {200, body.text()};
}

SimulatedCa::Answer SimulatedCa::start_challenge(std::size_t number) {
    Authorization& one = authorizations_[number];
    if (!one.is_started && one.status == "pending") {
        one.is_started = true;
        const auto after = std::chrono::milliseconds{dice_.between(500, 8000)};
        kernel().call_at(kernel().now() + after, [this, number] { validate(number); });
    }
    return {200, R"({"type":"http-01","status":"processing","url":")" +
                     at("/challenge/" + std::to_string(number)) + R"(","token":")" + one.token +
                     "\"}"};
}

/// By HTTP-01, from outside of the host.
void SimulatedCa::validate(std::size_t number) {
    Authorization& one = authorizations_[number];
    if (one.status != "pending") return;
    const NameLeads where = dns_.leads(one.name);
    const auto answered =
        where == NameLeads::here ? nginx_.answer_challenge(one.name, one.token) : std::nullopt;
    if (answered == one.token + "." + thumbprints_.at(one.account)) {
        one.status = "valid";
        one.valid_until = now() + character_.reuse;
        return;
    }
    one.status = "invalid";
    const bool is_dns = where == NameLeads::nowhere || where == NameLeads::broken;
    const bool is_silent = where == NameLeads::into_silence;
    const std::string type = is_dns ? "dns" : is_silent ? "connection" : "unauthorized";
    one.problem = problem(403, type, one.name + " was not validated").body;
    limits_.note_failure(one.account, one.name, now());
    chronicle_.note(character_.host + " has not validated " + one.name + ": " + type);
}

SimulatedCa::Answer SimulatedCa::finalize(std::size_t number, const Signed& envelope) {
    Order& order = orders_[number];
    look_at_authorizations(order);
    if (order.status != "ready") return problem(403, "orderNotReady", "it is " + order.status);
    const std::string request =
        base::parse_base64url(envelope.payload.string("csr").value_or("")).value_or("");
    const auto names = test::names_in_request(request);
    if (std::set<std::string>{names.begin(), names.end()} != order.names) {
        return problem(400, "badCSR", "other names than the order's");
    }
    order.status = "processing";
    const bool is_stuck = weather_ == Weather::odd && dice_.chance(0.2);
    const auto after = is_stuck
                           ? std::chrono::milliseconds{std::chrono::hours{dice_.between(1, 20)}}
                           : std::chrono::milliseconds{dice_.between(300, 15'000)};
    kernel().call_at(kernel().now() + after,
                     [this, number, request] { finish_order(number, request); });
    return show_order(number);
}

void SimulatedCa::finish_order(std::size_t number, const std::string& request) {
    Order& order = orders_[number];
    if (weather_ == Weather::odd && dice_.chance(0.1)) {
        order.status = "invalid";
        order.problem = problem(500, "serverInternal", "it could not be signed").body;
        return;
    }
    issue(order, request);
}

}  // namespace simulation
