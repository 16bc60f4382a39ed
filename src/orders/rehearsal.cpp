#include "orders/rehearsal.h"

#include <algorithm>

#include "ca/rejected_names.h"
#include "orders/orders.h"
#include "serving/app_routes.h"
#include "settings/known_servers.h"

namespace orders {
namespace {

constexpr int kTriesBefore = 2;

/// Since it began to fail, as far as that is known.
bool was_refused(const store::NameState& name) {
    return name.failing_since && !name.refusals.empty() &&
           name.refusals.back() >= *name.failing_since;
}

bool has_failed_often(const ca::Context& context, const ca::IssueJob& job) {
    const auto state = context.store.read_state(job.app.text());
    if (!state) return false;
    return std::any_of(job.names.begin(), job.names.end(), [&](const dns::DnsName& name) {
        const store::NameState* known = store::find_name(*state, name.str());
        return known != nullptr && was_refused(*known) && known->failures >= kTriesBefore;
    });
}

/// One job and what it gets back after the rehearsal.
struct Rehearsing {
    ca::IssueJob* job;
    ca::CaSession* ca;
    std::string server;
};

std::vector<Rehearsing> find_rehearsing(ca::Context& context, ca::CaSessions& sessions,
                                        const std::vector<ca::IssueJob*>& jobs) {
    std::vector<Rehearsing> found;
    for (ca::IssueJob* job : jobs) {
        const std::string stage = rehearsal_server(job->settings);
        if (!job->alive() || stage.empty() || !has_failed_often(context, *job)) continue;
        Rehearsing one{job, job->ca, job->settings.server.computed};
        job->settings.server.computed = stage;
        const auto session = sessions.open(job->settings, job->options.lego);
        if (session) {
            context.log.verbose("Rehearsing the order at " + stage + " after failures before");
            job->ca = *session;
            found.push_back(std::move(one));
        } else {
            job->settings.server.computed = one.server;
            context.log.verbose("No rehearsal: " + session.error().error.message);
        }
    }
    return found;
}

/// The real CA again. What was issued is of no use.
void restore(const Rehearsing& one) {
    ca::IssueJob& job = *one.job;
    job.ca = one.ca;
    job.settings.server.computed = one.server;
    job.issued.reset();
    job.key.reset();
}

}  // namespace

std::string rehearsal_server(const settings::Settings& settings) {
    const std::string& rehearse = settings.rehearse.computed;
    if (rehearse == "false") return {};
    if (rehearse != "true") return rehearse;
    return settings.server.computed == settings::kProductionServer
               ? std::string{settings::kStagingServer}
               : std::string{};
}

bool is_verdict(const acme::Failure& failure, const std::vector<std::string>& names) {
    if (!failure.problem || failure.error.kind != base::ErrorKind::rejected) return false;
    return !failure.invalid.empty() || !ca::rejected_names(*failure.problem, names).empty();
}

bool rehearse(ca::Context& context, ca::CaSessions& sessions,
              const std::vector<ca::IssueJob*>& jobs) {
    const auto rehearsing = find_rehearsing(context, sessions, jobs);
    if (rehearsing.empty()) return false;
    std::vector<ca::IssueJob*> trial;
    trial.reserve(rehearsing.size());
    for (const Rehearsing& one : rehearsing)
        trial.push_back(one.job);
    serving::switch_routes_on(context, trial);
    // No run goes on with a rehearsal, and in a batch the app's journal may be another run's.
    OrderRun run;
    run.journals = false;
    run_orders(context, sessions, trial, run);
    for (const Rehearsing& one : rehearsing) {
        if (one.job->failure && !is_verdict(*one.job->failure, ca::to_texts(one.job->names))) {
            context.log.verbose("The rehearsal came to no end: " + one.job->failure->error.message);
            one.job->failure.reset();
        }
        restore(one);
    }
    serving::switch_routes_on(context, trial);
    return true;
}

}  // namespace orders
