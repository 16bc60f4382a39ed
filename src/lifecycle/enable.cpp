#include "lifecycle/enable.h"

#include <algorithm>
#include <memory>

#include "acme/preferred_chain.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/text.h"
#include "dokku/challenge_route.h"
#include "lifecycle/certificate_files.h"
#include "lifecycle/challenge_routes.h"
#include "lifecycle/explain.h"
#include "lifecycle/finish.h"
#include "lifecycle/install_pair.h"
#include "lifecycle/journal.h"
#include "lifecycle/kept_pair.h"
#include "lifecycle/orders.h"
#include "lifecycle/preflight.h"
#include "lifecycle/record.h"
#include "lifecycle/rehearsal.h"
#include "lifecycle/serve.h"
#include "lifecycle/settle.h"

namespace lifecycle {
namespace {

using Jobs = std::vector<IssueJob*>;

void print(const Context& context, const base::Error& error) {
    context.log.warn(error.message);
    for (const std::string& step : error.steps)
        context.log.warn(step);
}

/// What a killed run was writing when it ended; some of it holds keys.
base::Result<void> sweep(const Context& context, const IssueJob& job) {
    const base::Path folder = certificate_folder(context, job);
    const auto route = dokku::route_files(context.environment, job.app);
    for (const base::Path& swept :
         {folder.parent_path(), folder, folder / "certificates", route.snippet.parent_path()}) {
        if (auto done = base::remove_leftovers(swept); !done) return done;
    }
    return base::remove_leftovers(route.block.parent_path(), route.block.filename().string());
}

/// The first writes: the app's lock, its webroot (kept for compatibility), the folder of its
/// configuration and the journal. Returns whether there still is something to do: the run that held
/// the lock may have done it.
base::Result<bool> claim(Context& context, IssueJob& job, const EnableWish& wish) {
    constexpr mode_t kFolder = 0755;
    constexpr std::chrono::seconds kShortPatience{2};  // in a batch others wait behind this one
    const std::chrono::seconds patience = wish.is_typed() ? store::kTypedPatience : kShortPatience;
    auto lock = context.store.lock_app(job.app.text(), patience, context.clock);
    if (!lock) {
        if (lock.error().kind != base::ErrorKind::busy) return std::move(lock).error();
        if (wish.is_automatic()) {
            // What that run does not see any more, the minute's run does.
            const base::UtcTime now = context.clock.now();
            auto noted = context.store.update_state(
                job.app.text(), [&](store::AppState& state) { state.due = now; });
            if (!noted) return std::move(noted).error();
        }
        return base::fail(
            base::ErrorKind::rejected,
            "Another run is getting a certificate for " + job.app.text() + " right now",
            {"Wait for it to end, then try again."});
    }
    job.lock = std::move(*lock);
    auto due = is_still_due(context, job, wish);
    if (!due || !*due) return due;
    if (auto swept = sweep(context, job); !swept) return std::move(swept).error();
    const base::Path webroot = context.environment.webroot(job.app);
    if (auto made = base::make_directories(webroot, kFolder); !made) return std::move(made).error();
    if (auto open = base::set_mode(webroot, kFolder); !open) return std::move(open).error();
    auto written = write_configuration(certificate_folder(context, job), job.config_line,
                                       job.settings.lego_docker_options.computed,
                                       job.settings.docker_env().reveal());
    if (!written) return std::move(written).error();
    if (auto begun = begin_journal(context, job); !begun) return std::move(begun).error();
    return true;
}

/// Contract 10.4 steps 5 and 6.
void open_challenges(Context& context, CaSessions& sessions, const Jobs& jobs,
                     const EnableWish& wish) {
    for (IssueJob* job : jobs) {
        context.log.info1("Enabling ACME proxy for " + job->app.text() + "...");
        if (!job->alive()) continue;
        auto session = sessions.open(job->settings, job->options.lego);
        if (session) {
            job->ca = *session;
            check_caa(*job);
            settle(context, *job, wish);  // before nginx is reloaded for nothing
        } else {
            job->fail(std::move(session).error());
        }
    }
    switch_routes_on(context, jobs);
    for (IssueJob* job : jobs)
        check_reachability(context, *job);
}

/// Contract 10.4 step 7.
void order(Context& context, CaSessions& sessions, const Jobs& jobs, const EnableWish& wish) {
    for (IssueJob* job : jobs) {
        settle(context, *job, wish);
        if (job->settled) continue;
        context.log.info1("Getting letsencrypt certificate for " + job->app.text() + " via " +
                          (job->settings.uses_dns() ? "DNS-01" : "HTTP-01"));
        for (const std::string& domain : job->domains) {
            context.log.error_plain("        - Domain '" + domain + "'");
        }
    }
    const bool rehearsed = rehearse(context, sessions, jobs);
    run_orders(context, sessions, jobs);
    Jobs again;
    for (IssueJob* job : jobs) {
        if (drop_refused_names(context, *job, wish)) again.push_back(job);
    }
    if (again.empty()) return;
    if (rehearsed) switch_routes_on(context, again);
    run_orders(context, sessions, again);
}

/// `--preferred-chain`: no such chain, or none that can be fetched, leaves the CA's own.
void prefer_chain(const Context& context, IssueJob& job) {
    const std::string& issuer = job.options.lego.preferred_chain;
    if (issuer.empty()) return;
    const auto found = acme::prefer_chain(job.ca->client(), *job.issued, issuer);
    if (!found) {
        context.log.warn("The chain up to '" + base::printable(issuer) +
                         "' cannot be fetched: " + found.error().error.message);
    } else if (!*found) {
        context.log.warn("The CA offers no chain up to '" + base::printable(issuer) +
                         "'; its usual one is installed");
    }
}

void install(Context& context, const Jobs& jobs) {
    for (IssueJob* job : jobs) {
        if (!job->alive()) continue;
        if (job->ca != nullptr) prefer_chain(context, *job);
        context.log.info1("Certificate retrieved successfully.");
        context.log.info1("Installing let's encrypt certificates");
        auto installed = install_pair(context, *job);
        if (!installed) job->fail(cause::kHost, std::move(installed).error());
    }
}

/// Contract 10.4 step 8.
void tell_of_failure(const Context& context, const IssueJob& job) {
    tell_failure(context.log, *job.failure, job.app);
    context.log.info1("Certificate retrieval failed!");
}

/// The end of a run over many apps: how many, and which not.
void summarize(const Context& context, const Jobs& jobs) {
    std::vector<std::string> failed;
    for (const IssueJob* job : jobs) {
        if (job->failure) failed.push_back(job->app.text());
    }
    context.log.info1(std::to_string(jobs.size() - failed.size()) + " of " +
                      std::to_string(jobs.size()) + " certificates were issued and installed");
    if (!failed.empty()) context.log.warn("Failed: " + base::join(failed, ", "));
}

/// Whoever waits for the pair of this one app may go on: the rebuild of the vhost that Dokku does
/// next loads it, and takes the route out as well. Returns whether there is one.
bool hand_over(const Context& context, const Jobs& jobs, const EnableWish& wish) {
    if (!wish.hand_over || jobs.size() != 1 || !jobs.front()->alive()) return false;
    if (!jobs.front()->settings.has_permanent_route()) {
        remove_route_files(context, *jobs.front());
    }
    const base::FileStamp before = stamp_vhost(context, jobs.front()->app);
    if (!wish.hand_over()) return false;
    jobs.front()->vhost_before = before;
    return true;
}

void issue(Context& context, const Jobs& jobs, const EnableWish& wish) {
    Jobs ordering;
    for (IssueJob* job : jobs) {
        const bool kept = wish.is_automatic() && job->alive() && take_up_kept_pair(context, *job);
        if (!kept) ordering.push_back(job);
    }
    CaSessions sessions{context};
    open_challenges(context, sessions, ordering, wish);
    order(context, sessions, ordering, wish);
    install(context, jobs);
    for (const IssueJob* job : jobs) {
        if (job->failure) tell_of_failure(context, *job);
    }
    const bool handed_over = hand_over(context, jobs, wish);
    if (!handed_over) load_pairs(context, jobs);
    // The journal ends last: a run killed before nginx has the pair is taken up by the next.
    for (const IssueJob* job : jobs)
        remember(context, *job);
    for (IssueJob* job : jobs)
        finish(context, *job, wish);
}

/// The apps that are begun with. What is wrong with others is told, and noted where nobody sees it.
std::vector<std::unique_ptr<IssueJob>> prepare_all(Context& context,
                                                   const std::vector<dokku::AppName>& apps,
                                                   const EnableWish& wish, bool& all_well) {
    std::vector<std::unique_ptr<IssueJob>> prepared;
    for (const dokku::AppName& app : apps) {
        auto job = prepare(context, app, wish);
        if (!job) {
            print(context, job.error().error);
            if (wish.is_automatic()) record_refusal(context, app, job.error());
            all_well = false;
        } else if (job->has_value()) {
            prepared.push_back(std::make_unique<IssueJob>(std::move(**job)));
        }
    }
    return prepared;
}

/// Nothing is ordered for anyone while nginx could not load it. Returns whether nginx is sound.
bool drop_all_if_blocked(const Context& context, std::vector<std::unique_ptr<IssueJob>>& prepared,
                         const EnableWish& wish) {
    if (prepared.empty()) return true;
    const auto sound = require_sound_nginx(context);
    if (sound) return true;
    print(context, sound.error());
    for (const auto& job : prepared) {
        if (!wish.is_automatic()) continue;
        record_refusal(context, job->app, {cause::kBlockedBy, sound.error()});
    }
    prepared.clear();
    return false;
}

/// Asks the DNS. Where nobody waits for an answer, an app whose names all wait for theirs is noted
/// and left, without a word of an order that is not made.
bool passes_dns(Context& context, IssueJob& job, const EnableWish& wish) {
    check_dns(job);
    if (wish.is_typed()) return true;
    const bool all_covered = job.only_growth && uncovered_names(job).empty();
    if (job.alive() && !all_covered) {
        if (wish.is_automatic()) context.log.info2("Enabling letsencrypt for " + job.app.text());
        return true;
    }
    if (job.failure && !wish.is_automatic()) return true;
    for (const HeldName& held : job.held) {
        if (held.cause != cause::kExcluded) context.log.verbose(held.reason.message);
    }
    if (job.alive()) job.settled = true;
    remember(context, job);
    record_outcome(context, job);
    return false;
}

}  // namespace

EnableOutcome enable(Context& context, const std::vector<dokku::AppName>& apps,
                     const EnableWish& wish) {
    bool all_well = true;
    auto prepared = prepare_all(context, apps, wish, all_well);
    if (!drop_all_if_blocked(context, prepared, wish)) all_well = false;
    Jobs jobs;
    for (const auto& job : prepared) {
        const auto ready =
            wish.is_automatic() ? base::Result<void>{} : require_port_80(context, *job);
        const auto due = ready ? claim(context, *job, wish) : base::Result<bool>{ready.error()};
        if (!due) {
            print(context, due.error());
            all_well = false;
            // Where the lock was not ours, its holder has noted that we came.
            if (wish.is_automatic() && job->lock) {
                record_refusal(context, job->app, {cause::kHost, due.error()});
            }
            job->lock.reset();
        } else if (*due && passes_dns(context, *job, wish)) {
            jobs.push_back(job.get());
        } else {
            job->lock.reset();
        }
    }
    if (!jobs.empty()) issue(context, jobs, wish);
    const bool issued =
        std::none_of(jobs.begin(), jobs.end(), [](const IssueJob* job) { return job->failure; });
    if (apps.size() > 1 && !jobs.empty()) summarize(context, jobs);
    return all_well && issued ? EnableOutcome::done : EnableOutcome::failed;
}

}  // namespace lifecycle
