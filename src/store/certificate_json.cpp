#include "store/certificate_json.h"

#include "json/times.h"

namespace store {
namespace {

using json::read_time;
using json::write_time;

std::optional<InstalledPair> read_installed(const json::Value& state) {
    const auto object = state.find("installed");
    if (!object) return std::nullopt;
    const auto fingerprint = object->string("fingerprint");
    const auto not_after = read_time(*object, "not_after");
    if (!fingerprint || !not_after) return std::nullopt;
    // What we do not know for ours is an operator's, and left alone.
    const bool ours = object->string("owner") == "ours";
    return InstalledPair{*fingerprint,
                         ours ? Owner::ours : Owner::custom,
                         *not_after,
                         read_time(*object, "not_before"),
                         object->string("server").value_or(""),
                         object->string("account").value_or(""),
                         object->boolean("by_fallback").value_or(false)};
}

std::optional<RenewalPlan> read_renewal(const json::Value& state) {
    const auto object = state.find("renewal");
    if (!object) return std::nullopt;
    RenewalPlan plan;
    plan.fingerprint = object->string("fingerprint").value_or("");
    plan.start = read_time(*object, "start");
    plan.end = read_time(*object, "end");
    plan.moment = read_time(*object, "moment");
    plan.next_ask = read_time(*object, "next_ask");
    plan.explanation_url = object->string("explanation").value_or("");
    plan.failures = static_cast<int>(object->integer("failures").value_or(0));
    plan.next_ask_set = read_time(*object, "next_ask_set");
    return plan;
}

std::optional<Attempt> read_attempt(const json::Value& state) {
    const auto object = state.find("last_attempt");
    if (!object) return std::nullopt;
    const auto at = read_time(*object, "at");
    if (!at) return std::nullopt;
    const auto problem = object->find("problem");
    return Attempt{*at, object->boolean("issued").value_or(false),
                   object->string("message").value_or(""), problem ? problem->to_text() : ""};
}

std::optional<RunningOrder> read_order(const json::Value& state) {
    const auto object = state.find("order");
    if (!object) return std::nullopt;
    RunningOrder order;
    order.url = object->string("url").value_or("");
    order.directory_url = object->string("directory").value_or("");
    order.account_url = object->string("account").value_or("");
    order.hash = object->string("hash").value_or("");
    order.names = object->strings("names");
    order.key_pem = base::Secret{object->string("key").value_or("")};
    order.ordered = read_time(*object, "ordered");
    order.chain_pem = object->string("certificate").value_or("");
    order.certificate_url = object->string("certificate_url").value_or("");
    if (order.hash.empty()) return std::nullopt;
    return order;
}

std::optional<Claim> read_claim(const json::Value& state) {
    const auto object = state.find("claim");
    if (!object) return std::nullopt;
    const auto run = base::parse_process_identity(object->string("run").value_or(""));
    if (!run) return std::nullopt;
    return Claim{*run, object->boolean("typed").value_or(false)};
}

std::optional<NameState> read_name(const json::Value& object) {
    const auto name = object.string("name");
    const auto status = parse_name_status(object.string("status").value_or(""));
    if (!name || !status) return std::nullopt;
    NameState read;
    read.name = *name;
    read.status = *status;
    read.cause = object.string("cause").value_or("");
    read.reason = object.string("reason").value_or("");
    read.since = read_time(object, "since").value_or(base::UtcTime{});
    read.failures = static_cast<int>(object.integer("failures").value_or(0));
    read.next_try = read_time(object, "next_try");
    read.next_try_set = read_time(object, "next_try_set");
    read.not_before = read_time(object, "not_before");
    for (const std::string& text : object.strings("refusals")) {
        if (const auto at = base::parse_rfc3339(text)) read.refusals.push_back(*at);
    }
    read.failing_since = read_time(object, "failing_since");
    return read;
}

std::vector<NameState> read_names(const json::Value& state) {
    std::vector<NameState> names;
    const auto list = state.find("names");
    if (!list) return names;
    for (const json::Value& object : list->elements()) {
        if (auto name = read_name(object)) names.push_back(std::move(*name));
    }
    return names;
}

void write_name(json::Writer& out, const NameState& name) {
    out.begin_object();
    out.member("name", name.name);
    out.member("status", to_text(name.status));
    if (!name.cause.empty()) out.member("cause", name.cause);
    if (!name.reason.empty()) out.member("reason", name.reason);
    out.member("since", base::to_rfc3339(name.since));
    if (name.failures != 0) out.member("failures", std::int64_t{name.failures});
    write_time(out, "next_try", name.next_try);
    if (name.next_try) write_time(out, "next_try_set", name.next_try_set);
    write_time(out, "not_before", name.not_before);
    std::vector<std::string> refusals;
    for (const base::UtcTime at : name.refusals)
        refusals.push_back(base::to_rfc3339(at));
    if (!refusals.empty()) out.member("refusals", refusals);
    if (name.failing_since) out.member("failing_since", base::to_rfc3339(*name.failing_since));
    out.end_object();
}

void write_names(json::Writer& out, const std::vector<NameState>& names) {
    out.key("names").begin_array();
    for (const NameState& name : names)
        write_name(out, name);
    out.end_array();
}

void write_installed(json::Writer& out, const InstalledPair& pair) {
    out.key("installed").begin_object();
    out.member("fingerprint", pair.fingerprint);
    out.member("owner", pair.owner == Owner::ours ? "ours" : "custom");
    out.member("not_after", base::to_rfc3339(pair.not_after));
    write_time(out, "not_before", pair.not_before);
    if (!pair.server.empty()) out.member("server", pair.server);
    if (!pair.account.empty()) out.member("account", pair.account);
    if (pair.by_fallback) out.member("by_fallback", true);
    out.end_object();
}

void write_renewal(json::Writer& out, const RenewalPlan& plan) {
    out.key("renewal").begin_object();
    out.member("fingerprint", plan.fingerprint);
    write_time(out, "start", plan.start);
    write_time(out, "end", plan.end);
    write_time(out, "moment", plan.moment);
    write_time(out, "next_ask", plan.next_ask);
    if (plan.next_ask) write_time(out, "next_ask_set", plan.next_ask_set);
    if (!plan.explanation_url.empty()) out.member("explanation", plan.explanation_url);
    if (plan.failures != 0) out.member("failures", std::int64_t{plan.failures});
    out.end_object();
}

void write_attempt(json::Writer& out, const Attempt& attempt) {
    out.key("last_attempt").begin_object();
    out.member("at", base::to_rfc3339(attempt.at));
    out.member("issued", attempt.issued);
    out.member("message", attempt.message);
    if (json::Value::parse(attempt.problem)) out.key("problem").raw(attempt.problem);
    out.end_object();
}

void write_claim(json::Writer& out, const Claim& claim) {
    out.key("claim").begin_object();
    out.member("run", base::to_text(claim.run));
    if (claim.is_typed) out.member("typed", true);
    out.end_object();
}

void write_order(json::Writer& out, const RunningOrder& order) {
    out.key("order").begin_object();
    out.member("url", order.url);
    out.member("directory", order.directory_url);
    out.member("account", order.account_url);
    out.member("hash", order.hash);
    out.member("names", order.names);
    out.member("key", order.key_pem.reveal());
    write_time(out, "ordered", order.ordered);
    if (!order.chain_pem.empty()) out.member("certificate", order.chain_pem);
    if (!order.certificate_url.empty()) out.member("certificate_url", order.certificate_url);
    out.end_object();
}

}  // namespace

CertificateState read_certificate(const json::Value& object) {
    CertificateState state;
    state.renew_at = read_time(object, "renew_at");
    state.names = read_names(object);
    state.installed = read_installed(object);
    state.renewal = read_renewal(object);
    state.ca_fails_since = read_time(object, "ca_fails_since");
    state.revoked = object.string("revoked").value_or("");
    state.next_crl_check = read_time(object, "crl_next");
    state.next_crl_check_set = read_time(object, "crl_next_set");
    state.verified_pair_stamp = object.string("checked_pair").value_or("");
    state.covered = object.strings("covered");
    state.last_attempt = read_attempt(object);
    state.order = read_order(object);
    state.claim = read_claim(object);
    return state;
}

void write_certificate(json::Writer& out, const CertificateState& state) {
    write_time(out, "renew_at", state.renew_at);
    if (!state.names.empty()) write_names(out, state.names);
    if (state.installed) write_installed(out, *state.installed);
    if (state.renewal) write_renewal(out, *state.renewal);
    write_time(out, "ca_fails_since", state.ca_fails_since);
    if (!state.revoked.empty()) out.member("revoked", state.revoked);
    write_time(out, "crl_next", state.next_crl_check);
    if (state.next_crl_check) write_time(out, "crl_next_set", state.next_crl_check_set);
    if (!state.verified_pair_stamp.empty()) out.member("checked_pair", state.verified_pair_stamp);
    if (!state.covered.empty()) out.member("covered", state.covered);
    if (state.last_attempt) write_attempt(out, *state.last_attempt);
    if (state.order) write_order(out, *state.order);
    if (state.claim) write_claim(out, *state.claim);
}

}  // namespace store
