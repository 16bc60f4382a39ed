#include "store/app_state.h"

#include "json/value.h"
#include "json/writer.h"

namespace store {
namespace {

std::optional<base::UtcTime> read_time(const json::Value& object, std::string_view member) {
    const auto text = object.string(member);
    return text ? base::parse_rfc3339(*text) : std::nullopt;
}

std::optional<InstalledPair> read_installed(const json::Value& state) {
    const auto object = state.find("installed");
    if (!object) return std::nullopt;
    const auto fingerprint = object->string("fingerprint");
    const auto not_after = read_time(*object, "not_after");
    if (!fingerprint || !not_after) return std::nullopt;
    // What we do not know for ours is a person's, and left alone.
    const bool ours = object->string("owner") == "ours";
    return InstalledPair{*fingerprint, ours ? Owner::ours : Owner::custom, *not_after};
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
    if (order.hash.empty()) return std::nullopt;
    return order;
}

void write_installed(json::Writer& out, const InstalledPair& pair) {
    out.key("installed").begin_object();
    out.member("fingerprint", pair.fingerprint);
    out.member("owner", pair.owner == Owner::ours ? "ours" : "custom");
    out.member("not_after", base::to_rfc3339(pair.not_after));
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

void write_order(json::Writer& out, const RunningOrder& order) {
    out.key("order").begin_object();
    out.member("url", order.url);
    out.member("directory", order.directory_url);
    out.member("account", order.account_url);
    out.member("hash", order.hash);
    out.member("names", order.names);
    out.member("key", order.key_pem.reveal());
    out.end_object();
}

}  // namespace

base::Result<AppState> parse_app_state(std::string_view text) {
    const auto value = json::Value::parse(text);
    if (!value) return value.error();
    if (!value->is_object()) return base::fail(base::ErrorKind::protocol, "not a JSON object");
    AppState state;
    state.enabled = value->boolean("enabled").value_or(false);
    state.installed = read_installed(*value);
    state.covered = value->strings("covered");
    state.last_attempt = read_attempt(*value);
    state.order = read_order(*value);
    return state;
}

base::Secret to_text(const AppState& state) {
    json::Writer out{json::Layout::tabs};
    out.begin_object();
    out.member("enabled", state.enabled);
    if (state.installed) write_installed(out, *state.installed);
    if (!state.covered.empty()) out.member("covered", state.covered);
    if (state.last_attempt) write_attempt(out, *state.last_attempt);
    if (state.order) write_order(out, *state.order);
    out.end_object();
    return base::Secret{out.text()};
}

}  // namespace store
