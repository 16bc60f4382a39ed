#include "lifecycle/prepare.h"

#include <algorithm>

#include "base/text.h"
#include "ca/choose_ca.h"
#include "ca/claim.h"
#include "ca/lego/command.h"
#include "ca/replaced_certificate.h"
#include "dokku/domains.h"
#include "dokku/own_files.h"
#include "dokku/proxy.h"
#include "lifecycle/adopt_certificates.h"
#include "lifecycle/observe.h"
#include "orders/decide_order.h"
#include "preflight/requirements.h"
#include "renewal/loadable.h"
#include "renewal/renewal_plan.h"
#include "renewal/rule.h"
#include "renewal/standby_pair.h"
#include "serving/check_pair.h"
#include "serving/load_again.h"
#include "settings/read_settings.h"
#include "status/record_outcome.h"
#include "status/retry_schedule.h"
#include "store/custom_certificate.h"
#include "tls/certs.h"

namespace lifecycle {
namespace {

using base::ErrorKind;

/// Sorts the names; says which are left out.
void take_names(const ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    const auto kind = job.settings().uses_dns() ? ca::ChallengeKind::dns : ca::ChallengeKind::http;
    ca::NameChoice choice = ca::choose_names(job.wanted().domains, kind, job.settings().excluded);
    job.names.ordered = std::move(choice.names);
    for (ca::LeftOutName& name : choice.left_out)
        job.defer(name.domain, name.cause, std::move(name.reason));
    if (request.is_automatic() || job.names.ordered.empty()) return;
    for (const auto* left_out : {&job.names.deferred, &job.names.excluded}) {
        for (const ca::DeferredName& name : *left_out) {
            context.log.warn("Left out of the certificate: " + name.reason.message);
            for (const std::string& step : name.reason.steps)
                context.log.warn(step);
        }
    }
}

base::Result<void, ca::Refusal> require_names(const ca::IssueJob& job) {
    if (!job.names.ordered.empty()) return {};
    const auto& names = job.names;
    const ca::DeferredName& shown =
        names.deferred.empty() ? names.excluded.front() : names.deferred.front();
    return ca::Refusal{
        shown.cause,
        {ErrorKind::invalid_input,
         "No domain of " + job.app().text() + " can be in a certificate: " + shown.reason.message,
         std::nullopt, shown.reason.steps}};
}

/// Each name has its own clock: one that is not covered and not to be looked at yet is left alone.
void leave_waiting_names(ca::IssueJob& job, const store::AppState& state, base::UtcTime now) {
    const auto waits = [&](const dns::DnsName& name) {
        const store::NameState* known = store::find_name(ca::own_state(state, job), name.str());
        if (known == nullptr || job.covers(name.str())) return false;
        // A changed domain has all names looked at, but the CA's refusals are counted all the same.
        return (known->next_try && *known->next_try > now) ||
               status::next_room(known->refusals, now) > now;
    };
    for (const dns::DnsName& name : job.names.ordered) {
        if (waits(name)) job.names.waiting.push_back(name.str());
    }
    job.names.ordered.erase(
        std::remove_if(job.names.ordered.begin(), job.names.ordered.end(), waits),
        job.names.ordered.end());
}

/// A renewal that failed has its own time. Until then nothing is ordered for the app, or each look
/// at another name would order it again.
bool renewal_waits(const ca::IssueJob& job, const store::AppState& state, base::UtcTime now) {
    return std::any_of(
        job.names.ordered.begin(), job.names.ordered.end(), [&](const dns::DnsName& name) {
            const store::NameState* known = store::find_name(ca::own_state(state, job), name.str());
            return known != nullptr && job.covers(name.str()) &&
                   ((known->next_try && *known->next_try > now) ||
                    status::next_room(known->refusals, now) > now);
        });
}

/// Nothing is ordered now: covered names keep what is known of them, new ones get a time of their
/// own.
void wait_for_renewal(ca::IssueJob& job) {
    for (const dns::DnsName& name : job.names.ordered) {
        if (job.covers(name.str())) {
            job.names.waiting.push_back(name.str());
        } else {
            job.defer(name.str(), store::cause::kHeldBack,
                      {ErrorKind::rejected,
                       "not ordered before the failed renewal is tried again",
                       std::nullopt,
                       {}});
        }
    }
    job.names.ordered.clear();
}

/// The folder name that certs/current leads to.
std::string current_hash(const base::Path& current) {
    std::error_code error;
    const base::Path target = std::filesystem::read_symlink(current, error);
    return error ? "" : target.filename().string();
}

renewal::CertificateFacts read_facts(const ca::Context& context, const ca::IssueJob& job,
                                     const store::AppState& state) {
    renewal::CertificateFacts facts;
    facts.interrupted = job.present.has_journal;
    const auto& order = ca::own_state(state, job).order;
    facts.was_ordered = order && !order->url.empty();
    // Not only ours: a renamed app serves our pair, but certs/current leads nowhere.
    facts.active = tls::is_active(context.environment, job.app()) &&
                   renewal::check_loadable(context.environment, state, job.app());
    facts.current_hash = current_hash(context.environment.certs_root(job.app()) / "current");
    if (!job.present.chain) return facts;
    if (const auto dates = base::read_certificate_dates(*job.present.chain)) facts.dates = *dates;
    facts.covered = job.present.covered;
    facts.revoked = job.present.is_revoked;
    if (facts.active) {
        facts.other_server = ca::is_of_another_ca(context, job.app(), job.settings(), state);
        if (facts.dates)
            facts.selected_time = renewal::selected_time(state, facts.dates->not_after);
    }
    return facts;
}

bool covers_an_excluded_name(const ca::IssueJob& job) {
    const auto& excluded = job.names.excluded;
    return std::any_of(excluded.begin(), excluded.end(),
                       [&](const ca::DeferredName& name) { return job.covers(name.name); });
}

base::Result<std::optional<renewal::Due>> why_due_now(const ca::Context& context,
                                                      const ca::IssueJob& job,
                                                      const store::AppState& state,
                                                      const ca::Request& asked) {
    renewal::RenewalInput input{
        job.wanted().hash,    ca::to_texts(job.names.ordered),
        std::nullopt,         asked.origin == ca::Origin::scheduled || asked.is_automatic(),
        asked.is_automatic(), covers_an_excluded_name(job)};
    input.graceperiod = job.settings().set_graceperiod();
    if (renewal::may_go_along(state, context.clock.now())) input.ahead = asked.ahead;
    // In a run over many apps a value that is no number has been warned of and counts as not set.
    if (!input.graceperiod && job.settings().graceperiod_was_set() && asked.is_typed()) {
        if (const auto margin = job.settings().renewal_margin(); !margin) return margin.error();
    }
    return renewal::why_due(read_facts(context, job, state), input, context.clock.now());
}

base::Result<ca::IssueJob> read_job(const ca::Context& context, const dokku::AppName& app) {
    auto folder = base::Folder::open(context.environment.app_root(app));
    if (!folder) return std::move(folder).error();
    auto domains = dokku::read_domains(context.environment, app);
    if (!domains) return std::move(domains).error();
    if (domains->empty()) {
        return base::fail(ErrorKind::invalid_input, "No domains detected for " + app.text(),
                          {"Add one with: dokku domains:add " + app.text() + " <domain>"});
    }
    auto settings = settings::read_settings(context.environment, app);
    if (!settings) return std::move(settings).error();
    ca::Wanted wanted{app, std::move(*settings), std::move(*domains)};
    wanted.lego_command = ca::render_lego_command(wanted.settings, wanted.domains);
    wanted.hash =
        ca::config_hash(wanted.lego_command, wanted.settings.lego_docker_options.computed);
    ca::IssueJob job{std::move(wanted)};
    job.hold.seen = std::move(*folder);
    job.hold.seen->rest();
    return job;
}

base::Result<void> open_provider(const ca::Context& context, ca::IssueJob& job) {
    if (!job.settings().uses_dns()) return {};
    auto records = ca::DnsChallenges::open(context, job.settings(), job.wanted().options);
    if (!records) return std::move(records).error();
    job.records = std::move(*records);
    return {};
}

void warn_of_options(const ca::Context& context, const ca::IssueJob& job) {
    for (const auto& warnings : {job.lego().warnings, job.wanted().options.docker.warnings}) {
        for (const std::string& warning : warnings)
            context.log.warn(warning);
    }
}

bool keeps_custom_certificate(const ca::Context& context, const ca::IssueJob& job,
                              store::Asker who) {
    if (job.present.owner != store::Owner::custom) return false;
    const bool has_ended =
        job.present.covered_until && *job.present.covered_until <= context.clock.now();
    return store::custom_certificate_stays(who, has_ended);
}

/// An operator wants letsencrypt for an app that has its certificate already: it is renewed from
/// now on, whatever a command before that had switched off.
void note_enabled(const ca::Context& context, const dokku::AppName& app,
                  const store::AppState& state) {
    if (state.enabled && !state.switched_off) return;
    auto noted = context.store.update_existing_state(app.text(), [](store::AppState& changed) {
        changed.enabled = true;
        changed.switched_off = false;
    });
    if (!noted) context.log.warn(noted.error().message);
}

/// Beside a custom certificate there is at most that of letsencrypt to be kept good.
bool is_standby_due(const ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    if (request.origin == ca::Origin::scheduled && renewal::is_unused_due(context, job.app())) {
        job.need = ca::Need::standby;
        return true;
    }
    context.log.verbose(job.app().text() + " has a certificate of its own, which is kept");
    status::record_custom_pair(context, job);
    return false;
}

/// What an order is for, of the names whose time has come. Nothing: there is none to be made.
base::Result<std::optional<ca::Need>> need_now(const ca::Context& context, ca::IssueJob& job,
                                               const store::AppState& state,
                                               const ca::Request& request) {
    const base::UtcTime now = context.clock.now();
    if (request.is_automatic()) leave_waiting_names(job, state, now);
    const auto due = why_due_now(context, job, state, request);
    if (!due) return due.error();
    if (request.force) return std::optional{ca::Need::renewal};
    if (!*due) return std::optional<ca::Need>{};
    const ca::Need need = (*due)->need;
    if (request.is_automatic() && need != ca::Need::growth && renewal_waits(job, state, now)) {
        wait_for_renewal(job);
    }
    return job.names.ordered.empty() ? std::optional<ca::Need>{} : std::optional{need};
}

/// Writes down that nothing is due. An operator is told so with the official lines.
void end_without_need(const ca::Context& context, ca::IssueJob& job, const ca::Request& request,
                      const store::AppState& state) {
    if (request.is_automatic()) {
        job.end_without_order();
        status::record_outcome(context, job);
        return;
    }
    if (request.is_typed()) note_enabled(context, job.app(), state);
    adopt_if_unknown(context, job.app(),
                     tls::read_certificate_status(context.environment, job.app()), state);
    tell_nothing_due(context, job);
}

/// Looks at the pair and the journal.
base::Result<bool> is_due(const ca::Context& context, ca::IssueJob& job,
                          const ca::Request& request) {
    // Also of a certificate that is good: else it is not told before the renewal fails.
    if (request.is_unattended()) {
        auto own = dokku::require_own_files(context.environment, job.app());
        if (!own) return std::move(own).error();
    }
    auto present = observe_pair(context, job.app());
    if (!present) return std::move(present).error();
    job.present = std::move(*present);
    if (keeps_custom_certificate(context, job, request.asker())) {
        return is_standby_due(context, job, request);
    }
    const auto state = context.store.read_state(job.app().text());
    if (!state) return state.error();
    observe_state(job.present, *state, job.wanted().certificate);
    const auto need = need_now(context, job, *state, request);
    if (!need) return need.error();
    job.need = need->value_or(ca::Need::renewal);
    if (!*need) end_without_need(context, job, request, *state);
    return need->has_value();
}

}  // namespace

bool is_to_be_ordered(const ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    if (request.is_typed()) return true;
    // What a run that was cut short has left open is closed by the way to an order.
    const bool all_covered = job.need == ca::Need::growth && !job.present.has_journal &&
                             orders::uncovered_names(job).empty();
    if (job.alive() && !all_covered) {
        if (request.is_automatic())
            context.log.info2("Enabling letsencrypt for " + job.app().text());
        return true;
    }
    if (job.failure() && !request.is_automatic()) return true;
    for (const ca::DeferredName& deferred : job.names.deferred)
        context.log.verbose(deferred.reason.message);
    if (job.alive()) job.end_without_order();
    return false;
}

void tell_nothing_due(const ca::Context& context, const ca::IssueJob& job) {
    context.log.info1("Certificate is still valid for " + job.app().text() +
                      ", skipping certificate request");
    context.log.info1("Pass --force to letsencrypt:enable to request a new certificate anyway");
}

base::Result<bool> is_still_due(const ca::Context& context, ca::IssueJob& job,
                                const ca::Request& request) {
    // In a run over many apps minutes may have passed.
    const auto state = context.store.read_state(job.app().text());
    if (!state) return state.error();
    if (ca::is_gone(context, job.app()) || (state->switched_off && !job.hold.was_off)) return false;
    return is_due(context, job, request);
}

async::Task<Prepared> prepare(ca::Context& context, dokku::AppName app,
                              const ca::Request& request) {
    auto read = read_job(context, app);
    if (!read) co_return ca::Refusal{store::cause::kHost, std::move(read).error()};
    ca::IssueJob& job = *read;
    if (!request.is_automatic()) context.log.info2("Enabling letsencrypt for " + app.text());
    if (auto email = preflight::require_email(job.settings(), app); !email) {
        co_return ca::Refusal{store::cause::kNoEmail, std::move(email).error()};
    }
    for (const auto& check : {preflight::require_https_server, preflight::require_known_provider}) {
        if (auto passed = check(job); !passed) {
            co_return ca::Refusal{store::cause::kSettings, std::move(passed).error()};
        }
    }
    if (const auto state = context.store.read_state(app.text()))
        job.hold.was_off = state->switched_off;
    take_names(context, job, request);
    if (auto any = require_names(job); !any) co_return std::move(any).error();
    serving::check_pair_of_ours(context, app);
    const auto due = is_due(context, job, request);
    if (!due) co_return ca::Refusal{store::cause::kHost, due.error()};
    if (!*due) {
        if (request.is_typed() && serving::needs_loading(context, app)) {
            auto loaded = co_await serving::load_again(context, app);
            if (!loaded) co_return ca::Refusal{store::cause::kNotServed, std::move(loaded).error()};
        }
        co_return std::optional<ca::IssueJob>{};
    }
    if (const auto state = context.store.read_state(app.text())) {
        ca::choose_ca(context, job, *state);
        auto refused = request.force ? std::nullopt : ca::refuse_staging(context, job, *state);
        if (refused) co_return ca::Refusal{store::cause::kSettings, std::move(*refused)};
    }
    if (auto external = preflight::require_external_account(context, job); !external) {
        co_return ca::Refusal{store::cause::kSettings, std::move(external).error()};
    }
    if (!request.is_automatic()) warn_of_options(context, job);
    if (auto opened = open_provider(context, job); !opened) {
        co_return ca::Refusal{store::cause::kDnsProvider, std::move(opened).error()};
    }
    auto proxy = co_await context.programs->require_nginx_proxy(app);
    if (!proxy) {
        co_return ca::Refusal{store::cause::kProxyType, std::move(proxy).error()};
    }
    co_return std::optional<ca::IssueJob>{std::move(job)};
}

}  // namespace lifecycle
