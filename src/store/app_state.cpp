#include "store/app_state.h"

#include <algorithm>

#include "json/times.h"
#include "store/certificate_json.h"

namespace store {
namespace {

using json::read_time;
using json::write_time;

/// The form whose readers make out what is said of the app and of its certificate `app`.
constexpr std::int64_t kLeastForm = 1;

std::int64_t form_of(const json::Value& state) {
    return std::max(state.integer("form").value_or(kLeastForm),
                    state.integer("written_form").value_or(kLeastForm));
}

std::map<CertificateId, CertificateState> read_further(const json::Value& state) {
    std::map<CertificateId, CertificateState> further;
    const auto certificates = state.find("certificates");
    if (!certificates) return further;
    for (const auto& [name, object] : certificates->members()) {
        const auto id = CertificateId::parse(name);
        if (id && !id->is_app()) further.emplace(*id, read_certificate(object));
    }
    return further;
}

void write_further(json::Writer& out, const std::map<CertificateId, CertificateState>& further) {
    out.key("certificates").begin_object();
    for (const auto& [id, certificate] : further) {
        out.key(id.text()).begin_object();
        write_certificate(out, certificate);
        out.end_object();
    }
    out.end_object();
}

}  // namespace

CertificateState& certificate_of(AppState& state, const CertificateId& id) {
    return id.is_app() ? state : state.further[id];
}

const CertificateState& certificate_of(const AppState& state, const CertificateId& id) {
    static const CertificateState unknown;
    if (id.is_app()) return state;
    const auto found = state.further.find(id);
    return found == state.further.end() ? unknown : found->second;
}

bool is_renewed(const AppState& state) {
    return state.installed && state.installed->owner == Owner::ours && !state.switched_off;
}

base::Result<AppState> parse_app_state(std::string_view text) {
    const auto value = json::Value::parse(text);
    if (!value) return value.error();
    if (!value->is_object()) return base::fail(base::ErrorKind::protocol, "not a JSON object");
    const auto form = form_of(*value);
    if (form > kStateForm) {
        return base::fail(
            base::ErrorKind::invalid_input,
            "it was written by a later version of letsencrypt (form " + std::to_string(form) +
                "), so it is left as it is",
            {"Install that version again with: sudo dokku plugin:update letsencrypt"});
    }
    AppState state;
    static_cast<CertificateState&>(state) = read_certificate(*value);
    state.enabled = value->boolean("enabled").value_or(false);
    state.switched_off = value->boolean("switched_off").value_or(false);
    state.damaged = read_time(*value, "damaged");
    state.due = read_time(*value, "due");
    if (const auto cut = value->integer("cut_graceperiod")) {
        state.clamped_graceperiod = std::chrono::seconds{*cut};
    }
    state.plain_vhost = value->string("plain_vhost").value_or("");
    state.further = read_further(*value);
    return state;
}

base::Secret to_text(const AppState& state) {
    json::Writer out{json::Layout::tabs};
    out.begin_object();
    out.member("form", kLeastForm);
    if (!state.further.empty()) out.member("written_form", kStateForm);
    out.member("enabled", state.enabled);
    if (state.switched_off) out.member("switched_off", true);
    if (state.is_unknown()) write_time(out, "damaged", state.damaged);
    write_time(out, "due", state.due);
    if (state.clamped_graceperiod) {
        out.member("cut_graceperiod", std::int64_t{state.clamped_graceperiod->count()});
    }
    if (!state.plain_vhost.empty()) out.member("plain_vhost", state.plain_vhost);
    write_certificate(out, state);
    if (!state.further.empty()) write_further(out, state.further);
    out.end_object();
    return base::Secret{out.text()};
}

}  // namespace store
