#include "status/status.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/certificate_names.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "ca/names.h"
#include "dns/domain_name.h"
#include "dokku/domains.h"
#include "json/writer.h"
#include "renewal/loadable.h"
#include "renewal/standing.h"
#include "settings/known_servers.h"
#include "settings/read_settings.h"
#include "status/host_fix.h"
#include "status/trouble.h"
#include "store/app_summary.h"
#include "store/cause.h"
#include "store/waits.h"
#include "tls/certs.h"

namespace status {
namespace {

using store::NameState;
using store::NameStatus;

/// What the files say about an app.
struct Facts {
    std::string app;
    store::AppState state;
    base::Result<renewal::Standing> standing = renewal::Standing::unwanted;
    bool has_pair = false;
    base::Result<void> loadable{};  ///< by nginx, the pair in tls/
    bool serves_ours = false;       ///< also where certs/current does not hold it
    std::optional<base::UtcTime> until;
    std::vector<std::string> covered;
    base::UtcTime now = base::SystemClock{}.now();
    std::optional<Trouble> trouble;

    bool is(renewal::Standing one) const { return standing && *standing == one; }
    bool has_ended() const { return until && *until <= now; }
    bool covers(const std::string& name) const {
        return serves_ours && base::covers(covered, name);
    }
};

Facts read_facts(const dokku::Environment& environment, const store::LocalStore& store,
                 const dokku::AppName& app, store::AppState state) {
    Facts facts;
    facts.app = app.text();
    facts.state = std::move(state);
    facts.standing = renewal::read_standing(environment, store, app, facts.now);
    facts.has_pair = dokku::has_pair(environment, app);
    if (facts.has_pair) facts.loadable = renewal::check_loadable(environment, facts.state, app);
    // As the next run finds it.
    if (facts.state.is_unknown() && facts.is(renewal::Standing::active)) facts.state.enabled = true;
    const auto pem = base::read_file(environment.tls_root(app) / "server.crt");
    if (!pem) return facts;
    if (const auto dates = base::read_certificate_dates(*pem)) facts.until = dates->not_after;
    if (const auto names = base::read_certificate_names(*pem)) facts.covered = *names;
    facts.serves_ours = facts.has_pair &&
                        (facts.is(renewal::Standing::active) || facts.is(renewal::Standing::lost));
    return facts;
}

NameState with(const std::string& name, NameStatus status, std::string_view why = {}) {
    NameState state;
    state.name = name;
    state.status = status;
    state.cause = why;
    return state;
}

NameState with_cause(const std::string& name, std::string_view why) {
    return with(name, store::status_of(why), why);
}

/// What a run has found out about a name that it could not help.
const NameState* find_unsettled(const Facts& facts, const std::string& name) {
    const NameState* known = store::find_name(facts.state, name);
    return known != nullptr && !store::is_settled(*known) ? known : nullptr;
}

/// No good certificate is there: what a run has found out says why, else `why` does.
NameState without_certificate(const Facts& facts, const std::string& name, std::string_view why,
                              const std::string& reason) {
    const NameState* known = find_unsettled(facts, name);
    NameState state = known != nullptr ? *known : with(name, NameStatus::failed);
    state.status = NameStatus::failed;
    if (state.cause.empty()) state.cause = why;
    if (state.reason.empty()) state.reason = reason;
    return state;
}

NameState derive_ended(const Facts& facts, const std::string& name) {
    return without_certificate(
        facts, name, store::cause::kExpired,
        "the certificate expired" + (facts.until ? " on " + base::to_readable(*facts.until) : ""));
}

/// A certificate of ours that is gone, or that no renewal finds; the retry job, or the next
/// scheduled run, puts it right.
NameState derive_lost(const Facts& facts, const std::string& name) {
    if (facts.has_pair && !facts.loadable) {
        return without_certificate(
            facts, name, store::cause::kHost,
            "nginx cannot load the certificate in tls/: " + facts.loadable.error().message);
    }
    if (!facts.until || !facts.serves_ours) {
        return without_certificate(facts, name, store::cause::kHost,
                                   facts.has_pair ? "the certificate in tls/ cannot be read"
                                                  : "the certificate in tls/ is missing");
    }
    if (const NameState* known = find_unsettled(facts, name)) return *known;
    NameState state = with(name, NameStatus::in_use);
    const bool is_looked_at_now = facts.state.due && *facts.state.due <= facts.now &&
                                  facts.now - *facts.state.due < std::chrono::hours{1};
    if (is_looked_at_now) return state;
    state.cause = store::cause::kHost;
    state.reason =
        "the certificate is not in letsencrypt/certs/current, so that it cannot be renewed";
    return state;
}

/// Its state was damaged, and nothing tells whether it is enabled.
NameState of_damaged_state(const Facts& facts, const std::string& name) {
    if (const NameState* known = store::find_name(facts.state, name)) return *known;
    NameState state = with_cause(name, store::cause::kStateDamaged);
    state.reason = "what was known of the app was damaged on " +
                   base::to_readable(facts.state.damaged.value_or(facts.now));
    return state;
}

NameState derive(const Facts& facts, const std::string& name) {
    if (facts.state.is_unknown() && !facts.has_pair) return of_damaged_state(facts, name);
    if (!facts.standing) {
        return without_certificate(facts, name, store::cause::kHost,
                                   facts.standing.error().message);
    }
    const bool is_ours = facts.is(renewal::Standing::active) || facts.is(renewal::Standing::lost);
    const bool is_covered = facts.covers(name);
    if (facts.is(renewal::Standing::custom_ended) || (is_covered && facts.has_ended())) {
        return derive_ended(facts, name);
    }
    const bool has_none = !facts.until || !facts.serves_ours;
    if (facts.is(renewal::Standing::lost) && (is_covered || has_none))
        return derive_lost(facts, name);
    if (facts.has_pair && !is_ours && !facts.is(renewal::Standing::waiting)) {
        NameState state = with_cause(name, store::cause::kCustom);
        state.reason = facts.until ? "a certificate of its own is served until " +
                                         base::to_readable(*facts.until)
                                   : "a certificate of its own is served";
        return state;
    }
    if (const NameState* known = store::find_name(facts.state, name)) {
        const bool gone = !is_covered && known->status == NameStatus::in_use;
        const bool back = known->status == NameStatus::not_used;
        if (!gone && !back) return *known;
    }
    if (is_covered) return with(name, NameStatus::in_use);
    if (!facts.state.enabled) return with_cause(name, store::cause::kSwitchedOff);
    return with(name, NameStatus::creating);
}

/// Without a domain nothing can be ordered, and the certificate of ours that is in place ends.
std::vector<NameState> derive_unwanted(const Facts& facts) {
    std::vector<NameState> names;
    const bool is_on = facts.state.enabled && !facts.state.switched_off;
    if (!is_on || !facts.has_pair || !facts.is(renewal::Standing::active)) return names;
    for (const std::string& covered : facts.covered) {
        NameState name = with(covered, facts.has_ended() ? NameStatus::failed : NameStatus::in_use,
                              store::cause::kHost);
        name.reason =
            "the app has no domain (its file VHOST is empty or missing, or domains are disabled), "
            "so that its "
            "certificate cannot be renewed. Add this one with: dokku domains:add " +
            facts.app + " " + covered;
        names.push_back(std::move(name));
    }
    return names;
}

/// A certificate that is in use goes on being served, but is not renewed.
NameState add_trouble(const Facts& facts, NameState name) {
    const bool wanted = name.status != NameStatus::not_used && name.status != NameStatus::disabled;
    if (!facts.trouble || !wanted) return name;
    if (!facts.trouble->says_more_than(name)) return name;
    if (name.status != NameStatus::in_use) name.status = NameStatus::failed;
    name.cause = facts.trouble->cause;
    name.reason = facts.trouble->reason;
    return name;
}

/// A browser would refuse a certificate of a staging CA; any other CA's is taken for trusted.
bool is_trusted(const Facts& facts) {
    const auto& installed = facts.state.installed;
    return !facts.serves_ours || !installed || installed->owner != store::Owner::ours ||
           !settings::is_staging_server(installed->server);
}

std::string describe_time(const std::optional<base::UtcTime>& time) {
    return time ? base::to_readable(*time) : "";
}

void add_row(std::vector<std::string>& lines, const NameRow& row, std::size_t width) {
    const NameState& name = row.state;
    std::string line =
        fmt::format("       {:<{}}  {:<15}", name.name, width, store::to_text(name.status));
    if (row.covered_until) line += " covered until " + describe_time(row.covered_until);
    lines.push_back(line);
    const std::string indent(9, ' ');
    if (!name.cause.empty()) {
        lines.push_back(indent + name.cause + (name.reason.empty() ? "" : ": " + name.reason));
    }
    if (name.since != base::UtcTime{} && !store::is_settled(name)) {
        lines.push_back(indent + "since " + base::to_readable(name.since) +
                        (name.next_try ? ", next try " + base::to_readable(*name.next_try) : ""));
    }
    if (!row.fix.empty()) lines.push_back(indent + row.fix);
}

void write_text(json::Writer& out, std::string_view member, const std::string& value) {
    if (value.empty()) {
        out.key(member).raw("null");
    } else {
        out.member(member, value);
    }
}

void write_time(json::Writer& out, std::string_view member,
                const std::optional<base::UtcTime>& time) {
    write_text(out, member, time && *time != base::UtcTime{} ? base::to_rfc3339(*time) : "");
}

void write_status(json::Writer& out, const AppStatus& status) {
    out.begin_object();
    out.member("app", status.app);
    out.member("summary", status.summary);
    out.member("trusted", status.trusted);
    out.key("names").begin_array();
    for (const NameRow& row : status.names) {
        out.begin_object();
        out.member("name", row.state.name);
        out.member("status", store::to_text(row.state.status));
        write_text(out, "cause", row.state.cause);
        write_text(out, "reason", row.state.reason);
        write_time(out, "since", row.state.since);
        write_time(out, "covered_until", row.covered_until);
        write_time(out, "next_try", row.state.next_try);
        out.member("failures", std::int64_t{row.state.failures});
        write_text(out, "fix", row.fix);
        out.end_object();
    }
    out.end_array();
    write_time(out, "renews_at", status.renews_at);
    write_text(out, "renewal_explanation", status.explanation);
    out.end_object();
}

/// When the certificate in use is to be renewed, and where its CA says why then.
void add_renewal(AppStatus& status, const store::AppState& state) {
    if (!store::is_renewed(state)) return;
    status.renews_at = state.renew_at;
    status.explanation = base::printable(store::renewal_explanation(state));
}

}  // namespace

bool AppStatus::is_settled() const {
    return std::all_of(names.begin(), names.end(),
                       [](const NameRow& row) { return store::is_settled(row.state); });
}

base::Result<AppStatus> read_status(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app) {
    const auto domains = dokku::read_domains(environment, app);
    if (!domains) return domains.error();
    const auto settings = settings::read_settings(environment, app);
    if (!settings) return settings.error();
    auto state = store.read_state(app.text());
    if (!state) return std::move(state).error();

    Facts facts = read_facts(environment, store, app, std::move(*state));
    store::bound_waits(facts.state, facts.now);
    facts.trouble = find_trouble(environment, store, app, facts.now);
    // Wildcards are judged by a run: only that one knows the provider.
    const auto choice = ca::choose_names(
        *domains, settings->uses_dns() ? ca::ChallengeKind::dns : ca::ChallengeKind::any,
        settings->excluded);
    AppStatus status{app.text(), "", {}, is_trusted(facts)};
    store::AppState shown;
    shown.enabled = facts.state.enabled;
    const auto add = [&](NameState name) {
        shown.names.push_back(name);
        NameRow row{std::move(name), std::nullopt, ""};
        if (facts.covers(row.state.name)) row.covered_until = facts.until;
        const store::Cause* why = store::find_cause(row.state.cause);
        if (why != nullptr && !store::is_settled(row.state)) {
            row.fix = fix_of_name(*why, app.text(), row.state);
        }
        status.names.push_back(std::move(row));
    };
    for (const dns::DnsName& name : choice.names)
        add(add_trouble(facts, derive(facts, name.str())));
    if (domains->empty()) {
        for (NameState& name : derive_unwanted(facts))
            add(std::move(name));
    }
    for (const ca::LeftOutName& name : choice.left_out) {
        NameState row = with_cause(name.domain, name.cause);
        if (name.cause != store::cause::kExcluded) row.reason = name.reason.message;
        add(std::move(row));
    }
    status.summary = store::summarize(shown);
    add_renewal(status, facts.state);
    return status;
}

std::vector<std::string> render_status(const AppStatus& status) {
    std::vector<std::string> lines;
    if (!status.trusted) {
        lines.push_back(fmt::format(
            " !     The certificate is of a staging CA: browsers do not trust it. To get a trusted "
            "one: dokku letsencrypt:set {} server default",
            status.app));
    }
    std::size_t width = 0;
    for (const NameRow& row : status.names)
        width = std::max(width, row.state.name.size());
    for (const NameRow& row : status.names)
        add_row(lines, row, width);
    if (!status.explanation.empty()) {
        // Without a time it is due, or no run has set one yet.
        const std::string what =
            status.renews_at
                ? "renewal from " + describe_time(status.renews_at) + "; the CA explains that time"
                : "the CA explains the time of the renewal";
        lines.push_back(fmt::format("       {} at {}", what, status.explanation));
    }
    return lines;
}

std::string render_status_json(const AppStatus& status) {
    json::Writer out;
    write_status(out, status);
    return out.text();
}

std::string render_status_json(const std::vector<AppStatus>& all) {
    json::Writer out;
    out.begin_array();
    for (const AppStatus& status : all)
        write_status(out, status);
    out.end_array();
    return out.text();
}

}  // namespace status
