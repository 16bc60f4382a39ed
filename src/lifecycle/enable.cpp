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
/// configuration and the journal. Returns whether there still is something to do: the run that held
/// the lock may have done it.
base::Result<bool> claim(Context& context, IssueJob& job, const EnableWish& wish) {
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
void open_challenges(Context& context, CaSessions& sessions, const Jobs& jobs) {
    for (IssueJob* job : jobs) {
        context.log.info1("Enabling ACME proxy for " + job->app.text() + "...");
        auto session = sessions.open(job->settings, job->options.lego);
        if (session) {
            job->ca = *session;
        } else {
            job->failure = std::move(session).error();
        }
    }
    switch_routes_on(context, jobs);
}

/// Contract 10.4 step 7.
void order(Context& context, CaSessions& sessions, const Jobs& jobs) {
    for (const IssueJob* job : jobs) {
        context.log.info1("Getting letsencrypt certificate for " + job->app.text() + " via " +
                          (job->settings.uses_dns() ? "DNS-01" : "HTTP-01"));
        for (const std::string& domain : job->domains) {
            context.log.error_plain("        - Domain '" + domain + "'");
        }
    }
    run_orders(context, sessions, jobs);
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
        prefer_chain(context, *job);
        context.log.info1("Certificate retrieved successfully.");
        context.log.info1("Installing let's encrypt certificates");
        auto installed = install_pair(context, *job);
        if (!installed) job->fail(std::move(installed).error());
    }
}

/// Contract 10.4 step 8.
void tell_of_failure(const Context& context, const IssueJob& job) {
    tell_failure(context.log, *job.failure, job.app);
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

/// The end of a run over many apps: how many, and which not.
void summarize(const Context& context, const Jobs& jobs) {
    std::vector<std::string> failed;
    for (const IssueJob* job : jobs) {
        if (!job->alive()) failed.push_back(job->app.text());
    }
    context.log.info1(std::to_string(jobs.size() - failed.size()) + " of " +
                      std::to_string(jobs.size()) + " certificates were issued and installed");
    if (!failed.empty()) context.log.warn("Failed: " + base::join(failed, ", "));
}

void issue(Context& context, const Jobs& jobs) {
    CaSessions sessions{context};
    open_challenges(context, sessions, jobs);
    order(context, sessions, jobs);
    install(context, jobs);
    for (const IssueJob* job : jobs) {
        if (!job->alive()) tell_of_failure(context, *job);
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
        if (auto ready = require_port_80(context, *job); !ready) {
            refuse(ready.error());
            continue;
        }
        const auto due = claim(context, *job, wish);
        if (!due) {
            refuse(due.error());
        } else if (*due) {
            jobs.push_back(job.get());
        }
    }
    if (!jobs.empty()) issue(context, jobs);
    const bool issued =
        std::all_of(jobs.begin(), jobs.end(), [](const IssueJob* job) { return job->alive(); });
    if (apps.size() > 1 && !jobs.empty()) summarize(context, jobs);
    return all_well && issued ? EnableOutcome::done : EnableOutcome::failed;
}

}  // namespace lifecycle
