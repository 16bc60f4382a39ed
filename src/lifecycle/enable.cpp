#include "lifecycle/enable.h"

#include <algorithm>
#include <memory>

#include "base/directory.h"
#include "base/file.h"
#include "dokku/challenge_route.h"
#include "lifecycle/certificate_files.h"
#include "lifecycle/challenge_routes.h"
#include "lifecycle/explain.h"
#include "lifecycle/install_pair.h"
#include "lifecycle/orders.h"
#include "lifecycle/serve.h"

namespace lifecycle {
namespace {

using Jobs = std::vector<IssueJob*>;

void print(const Context& context, const base::Error& error) {
    context.log.warn(error.message);
    for (const std::string& step : error.steps)
        context.log.warn(step);
}

/// A run that is cut short anywhere from here on is known by what it leaves in the journal. The
/// order of a run before it stays there to be taken up.
base::Result<void> begin_journal(const Context& context, const IssueJob& job) {
    return context.store.update_state(job.app.text(), [&](store::AppState& state) {
        if (state.order) return;
        state.order = store::RunningOrder{"",       job.settings.server.computed, "",
                                          job.hash, to_texts(job.names),          base::Secret{}};
    });
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
/// configuration and the journal.
base::Result<void> claim(Context& context, IssueJob& job) {
    constexpr mode_t kFolder = 0755;
    constexpr std::chrono::seconds kLockPatience{2};
    auto lock = context.store.lock_app(job.app.text(), kLockPatience, context.clock);
    if (!lock) {
        if (lock.error().kind != base::ErrorKind::busy) return std::move(lock).error();
        return base::fail(
            base::ErrorKind::rejected,
            "Another run is getting a certificate for " + job.app.text() + " right now",
            {"Wait for it to end, then try again."});
    }
    job.lock = std::move(*lock);
    if (auto observed = observe_pair(context, job); !observed) return observed;
    if (auto swept = sweep(context, job); !swept) return swept;
    if (auto made = base::make_directories(context.environment.webroot(job.app), kFolder); !made) {
        return made;
    }
    auto written = write_configuration(certificate_folder(context, job), job.config_line,
                                       job.settings.lego_docker_options.computed, "");
    if (!written) return written;
    return begin_journal(context, job);
}

/// Contract 10.4 steps 5 and 6.
void open_challenges(Context& context, CaSessions& sessions, const Jobs& jobs) {
    for (IssueJob* job : jobs) {
        context.log.info1("Enabling ACME proxy for " + job->app.text() + "...");
        auto session = sessions.open(job->settings);
        if (session) {
            job->ca = *session;
        } else {
            job->failure = std::move(session).error();
        }
    }
    switch_routes_on(context, jobs);
}

/// Contract 10.4 step 7.
void order(Context& context, const Jobs& jobs) {
    for (const IssueJob* job : jobs) {
        context.log.info1("Getting letsencrypt certificate for " + job->app.text() +
                          " via HTTP-01");
        for (const std::string& domain : job->domains) {
            context.log.error_plain("        - Domain '" + domain + "'");
        }
    }
    run_orders(context, jobs);
}

void install(Context& context, const Jobs& jobs) {
    for (IssueJob* job : jobs) {
        if (!job->alive()) continue;
        context.log.info1("Certificate retrieved successfully.");
        context.log.info1("Installing let's encrypt certificates");
        auto installed = install_pair(context, *job);
        if (!installed) job->fail(std::move(installed).error());
    }
}

/// Contract 10.4 step 8.
void tell_failure(const Context& context, const IssueJob& job) {
    for (const std::string& line : explain(*job.failure, job.app.text()))
        context.log.verbose(line);
    if (is_rate_limit(*job.failure)) {
        context.log.warn("Let's Encrypt rate-limited this request.");
        context.log.warn(
            "See https://letsencrypt.org/docs/rate-limits/ for the active limits and "
            "remediation guidance.");
        context.log.warn("Use 'dokku letsencrypt:set " + job.app.text() +
                         " server staging' while iterating to avoid the production limits.");
    }
    context.log.info1("Certificate retrieval failed!");
}

void remember(Context& context, const IssueJob& job) {
    store::Attempt attempt;
    attempt.at = context.clock.now();
    attempt.issued = job.alive();
    if (!job.alive()) attempt.message = job.failure->error.message;
    if (!job.alive() && job.failure->problem) {
        attempt.problem = acme::to_text(*job.failure->problem);
    }
    // A certificate that was issued but does not hold what it should will not get better by being
    // fetched again: its order is done with. What the disk refused is tried again.
    const bool useless =
        !job.alive() && job.issued && job.failure->error.kind == base::ErrorKind::protocol;
    auto kept = context.store.update_state(job.app.text(), [&](store::AppState& state) {
        state.last_attempt = attempt;
        if (job.alive()) state.enabled = true;
        const bool unasked = state.order && state.order->url.empty();
        if (job.alive() || useless || unasked) state.order.reset();
    });
    if (!kept) context.log.warn(kept.error().message);
}

/// Contract 10.4 step 10.
void finish(Context& context, IssueJob& job) {
    context.log.info1("Disabling ACME proxy for " + job.app.text() + "...");
    if (job.alive()) {
        for (const std::string& line : probe_served(context, job))
            context.log.warn(line);
        context.log.info1("Done");
    } else {
        context.log.warn("Failed to setup letsencrypt");
        context.log.warn("Check log output for further information on failure");
    }
    job.lock.reset();
}

void issue(Context& context, const Jobs& jobs) {
    CaSessions sessions{context};
    open_challenges(context, sessions, jobs);
    order(context, jobs);
    install(context, jobs);
    for (const IssueJob* job : jobs) {
        if (!job->alive()) tell_failure(context, *job);
    }
    load_pairs(context, jobs);
    // The journal ends last: a run killed before nginx has the pair is taken up by the next.
    for (const IssueJob* job : jobs)
        remember(context, *job);
    for (IssueJob* job : jobs)
        finish(context, *job);
}

}  // namespace

EnableOutcome enable(Context& context, const std::vector<dokku::AppName>& apps,
                     const EnableWish& wish) {
    std::vector<std::unique_ptr<IssueJob>> prepared;
    bool all_well = true;
    const auto refuse = [&](const base::Error& error) {
        print(context, error);
        all_well = false;
    };
    for (const dokku::AppName& app : apps) {
        auto job = prepare(context, app, wish);
        if (!job) {
            refuse(job.error());
        } else if (job->has_value()) {
            prepared.push_back(std::make_unique<IssueJob>(std::move(**job)));
        }
    }
    if (!prepared.empty()) {
        if (auto sound = require_sound_nginx(context); !sound) {
            refuse(sound.error());
            prepared.clear();
        }
    }
    Jobs jobs;
    for (const auto& job : prepared) {
        auto ready = require_port_80(context, *job);
        if (ready) ready = claim(context, *job);
        if (ready) {
            jobs.push_back(job.get());
        } else {
            refuse(ready.error());
        }
    }
    if (!jobs.empty()) issue(context, jobs);
    const bool issued =
        std::all_of(jobs.begin(), jobs.end(), [](const IssueJob* job) { return job->alive(); });
    return all_well && issued ? EnableOutcome::done : EnableOutcome::failed;
}

}  // namespace lifecycle
