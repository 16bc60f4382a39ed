#include "status/record_outcome.h"

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "ca/cause_of_failure.h"
#include "ca/claim.h"
#include "ca/explain_failure.h"
#include "ca/refusal.h"
#include "dokku/domains.h"
#include "renewal/renewal_plan.h"
#include "settings/read_settings.h"
#include "status/retry_schedule.h"

namespace status {
namespace {

using store::NameStatus;

/// Of a failing renewal the old certificate is still served; a new one does not have what was
/// deferred.
NameStatus status_of(const ca::IssueJob& job, std::string_view name, std::string_view cause_name,
                     base::UtcTime now) {
    const bool served = !job.alive() && job.covers(name) && job.present.covered_until &&
                        *job.present.covered_until > now;
    const NameStatus status = store::status_of(cause_name);
    return served && status != NameStatus::disabled ? NameStatus::in_use : status;
}

/// The CA's words about this name, if the problem has some.
const acme::Subproblem* find_words(const ca::IssueJob& job, const std::string& name) {
    if (!job.failure() || !job.failure()->problem) return nullptr;
    const auto& parts = job.failure()->problem->subproblems;
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const acme::Subproblem& part) {
        return part.identifier && part.identifier->value == name;
    });
    return found == parts.end() ? nullptr : &*found;
}

NameOutcome outcome_of_failure(const ca::IssueJob& job, const std::string& name,
                               base::UtcTime now) {
    NameOutcome outcome;
    outcome.name = name;
    outcome.cause = job.cause();
    outcome.reason = base::printable(job.failure()->error.message);
    const bool has_page = job.failure()->problem && !job.failure()->problem->instance.empty();
    if (has_page) outcome.reason += "; see " + base::printable(job.failure()->problem->instance);
    outcome.not_before = job.failure()->error.retry_at;
    if (job.covers(name)) outcome.covered_until = job.present.covered_until;
    if (const acme::Subproblem* words = find_words(job, name)) {
        outcome.is_of_name = true;
        outcome.cause = ca::cause_of_part(*job.failure(), *words);
        outcome.reason = ca::reason_of(*words);
    }
    outcome.refused_by_ca = job.failure()->spent_validation_on(name);
    outcome.is_of_name = outcome.is_of_name || outcome.refused_by_ca;
    outcome.status = status_of(job, name, outcome.cause, now);
    return outcome;
}

std::vector<std::string> wanted_names(const ca::IssueJob& job) {
    std::vector<std::string> wanted;
    for (const std::string& domain : job.wanted().domains) {
        const auto name = dns::DnsName::parse(domain);
        wanted.push_back(name ? name->str() : domain);
        wanted.push_back(domain);
    }
    return wanted;
}

/// That a certificate covers a name does not mean that nginx shows it.
bool waits_to_be_served(const store::CertificateState& state, const NameOutcome& outcome) {
    const store::NameState* known = store::find_name(state, outcome.name);
    return outcome.cause.empty() && known != nullptr &&
           (known->cause == store::cause::kNotServed ||
            known->cause == store::cause::kNoHttpsListener);
}

/// Was something changed that the job has not seen? Who changed it found the app's lock taken.
bool missed_a_change(const ca::Context& context, const ca::IssueJob& job) {
    const auto domains = dokku::read_domains(context.environment, job.app());
    const auto settings = settings::read_settings(context.environment, job.app());
    if (!domains || !settings) return false;
    return *domains != job.wanted().domains || settings->excluded != job.settings().excluded;
}

bool is_wanted(const settings::Settings& settings, const store::AppState& state) {
    return state.enabled || settings::issues_by_itself(settings, state.enabled, state.switched_off);
}

/// What is due now is looked at now.
std::optional<base::UtcTime> coming_renewal(const settings::Settings& settings,
                                            const store::AppState& state, base::UtcTime now) {
    const auto at =
        is_wanted(settings, state) ? renewal::selected_time(settings, state) : std::nullopt;
    return at && *at > now ? at : std::nullopt;
}

/// When the app is to be looked at again.
void set_due(store::AppState& state, const settings::Settings& settings, base::UtcTime now) {
    const bool wanted = is_wanted(settings, state);
    state.renew_at = coming_renewal(settings, state, now);
    state.due = next_due_of(state, wanted ? CustomEnd::awaited : CustomEnd::ignored, now);
}

template <class Kept>
void report(const ca::Context& context, const Kept& kept) {
    if (!kept) context.log.warn(kept.error().message);
}

}  // namespace

void note_renewal_time(const ca::Context& context, const dokku::AppName& app,
                       const settings::Settings& settings, const store::AppState& known) {
    const base::UtcTime now = context.clock.now();
    if (known.renew_at == coming_renewal(settings, known, now)) return;
    const auto kept = context.store.update_existing_state(app.text(), [&](store::AppState& state) {
        if (state.order) return;  // who is at work, or goes on there, notes it in the end
        const auto due = state.due;
        set_due(state, settings, now);
        const bool is_due_now = due && *due <= now;
        if (is_due_now) state.due = due;
    });
    report(context, kept);
}

std::vector<NameOutcome> outcomes_of(const ca::IssueJob& job, base::UtcTime now) {
    std::vector<NameOutcome> outcomes;
    for (const auto* left_out : {&job.names.excluded, &job.names.deferred}) {
        for (const ca::DeferredName& one : *left_out) {
            outcomes.push_back({one.name, status_of(job, one.name, one.cause, now), one.cause,
                                base::printable(one.reason.message), one.refused_by_ca,
                                one.reason.retry_at});
            // What waits for another name is well itself.
            outcomes.back().is_of_name = one.cause != store::cause::kHeldBack;
        }
    }
    if (job.failure()) {
        for (const std::string& name : ca::to_texts(job.names.ordered))
            outcomes.push_back(outcome_of_failure(job, name, now));
    } else if (job.need == ca::Need::standby) {
        for (const std::string& name : ca::to_texts(job.names.ordered)) {
            outcomes.push_back({name, store::status_of(store::cause::kCustom),
                                store::cause::kCustom, "a certificate of its own is served"});
        }
    } else if (job.has_nothing_to_do()) {
        for (const std::string& name : ca::to_texts(job.names.ordered)) {
            if (job.covers(name)) outcomes.push_back({name});
        }
    } else {
        for (const ca::ServedName& served : job.serving.names) {
            const auto status =
                served.cause.empty() ? NameStatus::in_use : store::status_of(served.cause);
            outcomes.push_back({served.name, status, served.cause, served.reason});
        }
    }
    return outcomes;
}

void record_outcome(const ca::Context& context, const ca::IssueJob& job) {
    const base::UtcTime now = context.clock.now();
    // Names that failed together are tried together, in one order.
    const double dice = base::roll_dice();
    const auto outcomes = outcomes_of(job, now);
    const bool missed = missed_a_change(context, job);
    const auto kept = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        store::CertificateState& own = ca::own_state(state, job);
        for (const NameOutcome& outcome : outcomes) {
            if (job.has_nothing_to_do() && waits_to_be_served(own, outcome)) continue;
            record_name(own, outcome, now, dice);
        }
        for (const std::string& waiting : job.names.waiting) {
            store::NameState* name = store::find_name(own, waiting);
            if (name == nullptr || !name->next_try) continue;
            const base::UtcTime room = next_room(name->refusals, now);
            if (room <= *name->next_try) continue;
            name->next_try = room;
            name->next_try_set = now;
        }
        keep_only(own, wanted_names(job));
        state.renew_at = coming_renewal(job.settings(), state, now);
        // Without the lock that time is what this look was for, and a run that lasts may be
        // overdue.
        const bool is_past = state.due && *state.due <= now;
        const bool is_marked_due = job.hold.lock && is_past && state.due != job.hold.overdue;
        if (is_marked_due) return;
        set_due(state, job.settings(), now);
        if (missed) state.due = now;
    });
    report(context, kept);
}

void record_refusal(const ca::Context& context, const dokku::AppName& app,
                    const ca::Refusal& refusal) {
    const base::UtcTime now = context.clock.now();
    const double dice = base::roll_dice();
    const auto domains = dokku::read_domains(context.environment, app);
    const auto settings = settings::read_settings(context.environment, app);
    std::vector<std::string> names;
    for (const std::string& domain : domains ? *domains : std::vector<std::string>{}) {
        const auto name = dns::DnsName::parse(domain);
        names.push_back(name ? name->str() : domain);
    }
    report(context, ca::update_state_of(context, app, [&](store::AppState& state) {
               for (const std::string& name : names) {
                   const store::NameState* known = store::find_name(state, name);
                   // What is served goes on being served meanwhile.
                   const bool served = known != nullptr && known->status == NameStatus::in_use &&
                                       store::status_of(refusal.cause) != NameStatus::disabled;
                   record_name(state,
                               {name, served ? NameStatus::in_use : store::status_of(refusal.cause),
                                refusal.cause, base::printable(refusal.error.message)},
                               now, dice);
               }
               if (domains) keep_only(state, names);
               if (settings) return set_due(state, *settings, now);
               state.due = next_due_of(state, CustomEnd::awaited, now);
           }));
}

void record_custom_pair(const ca::Context& context, const ca::IssueJob& job) {
    const base::UtcTime now = context.clock.now();
    const double dice = base::roll_dice();
    const base::UtcTime until = job.present.covered_until.value_or(now + std::chrono::hours{24});
    const auto kept = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        state.installed = store::InstalledPair{"", store::Owner::custom, until};
        for (const dns::DnsName& name : job.names.ordered) {
            record_name(state,
                        {name.str(), store::status_of(store::cause::kCustom), store::cause::kCustom,
                         "a certificate of its own is served until " + base::to_readable(until)},
                        now, dice);
        }
        for (const auto* left_out : {&job.names.excluded, &job.names.deferred}) {
            for (const ca::DeferredName& one : *left_out) {
                record_name(state,
                            {one.name, store::status_of(one.cause), one.cause,
                             base::printable(one.reason.message)},
                            now, dice);
            }
        }
        keep_only(state, wanted_names(job));
        set_due(state, job.settings(), now);
    });
    report(context, kept);
}

}  // namespace status
