#include "lifecycle/enable.h"

#include <algorithm>
#include <memory>

#include "base/directory.h"
#include "base/file.h"
#include "base/text.h"
#include "ca/claim.h"
#include "ca/stuck_app.h"
#include "dokku/own_files.h"
#include "host/finish_removals.h"
#include "lifecycle/finish.h"
#include "lifecycle/issue_run.h"
#include "lifecycle/release.h"
#include "lifecycle/writable.h"
#include "nginx/challenge_route.h"
#include "orders/decide_order.h"
#include "orders/journal.h"
#include "preflight/preflight.h"
#include "preflight/requirements.h"
#include "serving/app_routes.h"
#include "serving/install_pair.h"
#include "serving/repair.h"
#include "serving/valid_nginx.h"
#include "status/host_fix.h"
#include "status/record_outcome.h"
#include "tls/certificate_files.h"

namespace lifecycle {
namespace {

using Jobs = std::vector<ca::IssueJob*>;

/// What a killed run was writing when it ended; some of it holds keys.
base::Result<void> sweep(const ca::Context& context, const ca::IssueJob& job) {
    const base::Path folder = serving::certificate_folder(context, job);
    const auto route = serving::route_files_of(context, job);
    for (const base::Path& swept :
         {folder.parent_path(), folder, folder / "certificates", route.snippet.parent_path()}) {
        if (auto done = base::remove_leftovers(swept); !done) return done;
    }
    return base::remove_leftovers(route.block.parent_path(), route.block.filename().string());
}

/// Its webroot (kept for compatibility) and the folder of its configuration; then whether the rest
/// could be written as well.
base::Result<void> write_folders(const ca::Context& context, const ca::IssueJob& job) {
    constexpr mode_t kFolder = 0755;
    if (auto swept = sweep(context, job); !swept) return swept;
    const base::Path webroot = context.environment.webroot(job.app);
    if (auto made = base::make_directories(webroot, kFolder); !made) return made;
    if (auto open = base::set_mode(webroot, kFolder); !open) return open;
    auto written = tls::write_configuration(
        serving::certificate_folder(context, job), job.lego_command,
        job.settings.lego_docker_options.computed, job.settings.docker_env().reveal());
    return written ? require_writable(context, job) : written;
}

/// The app's lock, from here to the end of the order.
base::Result<base::FileLock, ca::Refusal> lock_app(const ca::Context& context,
                                                   const ca::IssueJob& job,
                                                   const ca::Request& request) {
    constexpr std::chrono::seconds kShortPatience{2};  // in a batch others wait behind this one
    const std::chrono::seconds patience =
        request.is_typed() ? store::kTypedPatience : kShortPatience;
    if (auto stuck = ca::find_stuck_run(context, job.app)) return std::move(*stuck);
    auto lock = context.store.lock_app(job.app.text(), patience, context.clock);
    if (lock) return std::move(*lock);
    if (lock.error().kind != base::ErrorKind::busy) {
        return ca::Refusal{store::cause::kHost, std::move(lock).error()};
    }
    if (request.is_automatic()) {
        // What that run does not see any more, the retry job does.
        const base::UtcTime now = context.clock.now();
        auto noted =
            ca::update_state_of(context, job.app, [&](store::AppState& state) { state.due = now; });
        if (!noted) return ca::Refusal{store::cause::kHost, std::move(noted).error()};
    }
    return ca::Refusal{store::cause::kHost,
                       {base::ErrorKind::busy,
                        "Another run is getting a certificate for " + job.app.text() + " right now",
                        std::nullopt,
                        {"Wait for it to end, then try again."}}};
}

/// The app's folder is held open; then come the first writes and the journal. Returns whether there
/// still is something to do: the run that held the lock may have done it, or the app be gone.
base::Result<bool> begin(ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    auto due = is_still_due(context, job, request);
    if (!due || !*due) return due;
    if (auto own = dokku::require_own_files(context.environment, job.app); !own) {
        return std::move(own).error();
    }
    if (auto linked = serving::restore_link(context, job.app); !linked)
        return std::move(linked).error();
    if (auto written = write_folders(context, job); !written) {
        return job.folder->readable(std::move(written).error());
    }
    return orders::begin_journal(context, job);
}

/// Takes the app for this run. False if nothing is left to be done.
base::Result<bool, ca::Refusal> claim(ca::Context& context, ca::IssueJob& job,
                                      const ca::Request& request) {
    if (!request.is_automatic()) {
        auto ready = preflight::require_port_80(context, job);
        if (!ready) return ca::Refusal{store::cause::kSettings, std::move(ready).error()};
    }
    auto lock = lock_app(context, job, request);
    if (!lock) return std::move(lock).error();
    job.lock = std::move(*lock);
    if (auto held = ca::hold_folder(context, job); !held) {
        if (request.is_typed()) return ca::Refusal{store::cause::kHost, std::move(held).error()};
        context.log.verbose(held.error().message);
        return false;
    }
    auto begun = begin(context, job, request);
    if (!begun) return ca::Refusal{store::cause::kHost, std::move(begun).error()};
    return *begun;
}

/// An app that got no certificate, for the summary.
struct Missed {
    dokku::AppName app;
    std::string_view cause;
};

/// The end of a run over many apps: how many, and which not, and why.
void summarize(const ca::Context& context, const Jobs& jobs, const std::vector<Missed>& missed) {
    std::size_t issued = 0;
    std::vector<std::string> failed;
    failed.reserve(missed.size());
    for (const Missed& one : missed)
        failed.push_back(one.app.text() + " (" + std::string{one.cause} + ")");
    for (const ca::IssueJob* job : jobs) {
        if (job->failure) failed.push_back(job->app.text() + " (" + std::string{job->cause} + ")");
        if (job->alive()) ++issued;
    }
    context.log.info1(std::to_string(issued) + " of " + std::to_string(issued + failed.size()) +
                      " certificates were issued and installed");
    if (!failed.empty()) context.log.warn("Failed: " + base::join(failed, ", "));
}

/// The apps that are begun with; one that was destroyed since the run began is none. What is wrong
/// with others is told, and noted where no operator sees the output.
std::vector<std::unique_ptr<ca::IssueJob>> prepare_all(ca::Context& context,
                                                       const std::vector<dokku::AppName>& apps,
                                                       const ca::Request& request,
                                                       std::vector<Missed>& missed) {
    std::vector<std::unique_ptr<ca::IssueJob>> prepared;
    for (const dokku::AppName& app : apps) {
        auto job = prepare(context, app, request);
        if (!job && !request.is_typed() && ca::is_gone(context, app)) continue;
        if (!job) {
            context.log.warn(status::with_fix(job.error().error, app.text()));
            if (request.is_unattended()) status::record_refusal(context, app, job.error());
            missed.push_back({app, job.error().cause});
        } else if (job->has_value()) {
            prepared.push_back(std::make_unique<ca::IssueJob>(std::move(**job)));
        }
    }
    return prepared;
}

/// What keeps nginx from loading anything heals without this app: the retry job goes on then,
/// also for an operator who typed `enable`.
void note_blocked(const ca::Context& context, const ca::IssueJob& job, const ca::Refusal& refusal,
                  const ca::Request& request) {
    if (!request.is_unattended()) {
        auto kept = ca::update_state_of(context, job.app, [](store::AppState& state) {
            state.enabled = true;
            state.switched_off = false;
        });
        if (!kept) return context.log.warn(kept.error().message);
    }
    status::record_refusal(context, job.app, refusal);
}

/// Nothing is ordered for any app while nginx could not load it.
void drop_all_if_blocked(const ca::Context& context,
                         std::vector<std::unique_ptr<ca::IssueJob>>& prepared,
                         const ca::Request& request, std::vector<Missed>& missed) {
    if (prepared.empty()) return;
    const auto valid = serving::require_valid_nginx(context);
    if (valid) return;
    context.log.warn(valid.error());
    // Where nginx could not be asked, no app's file is to blame.
    const bool complained = valid.error().kind == base::ErrorKind::rejected;
    const ca::Refusal refusal{complained ? store::cause::kBlockedBy : store::cause::kHost,
                              valid.error()};
    for (const auto& job : prepared) {
        missed.push_back({job->app, refusal.cause});
        note_blocked(context, *job, refusal, request);
    }
    prepared.clear();
}

/// Asks the DNS. Where no operator waits for an answer, an app whose names all wait for theirs is
/// noted and left, without a word of an order that is not made.
bool passes_dns(ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    preflight::check_dns(context, job, request);
    if (request.is_typed()) return true;
    const bool all_covered = job.only_growth && orders::uncovered_names(job).empty();
    if (job.alive() && !all_covered) {
        if (request.is_automatic()) context.log.info2("Enabling letsencrypt for " + job.app.text());
        return true;
    }
    if (job.failure && !request.is_automatic()) return true;
    for (const ca::DeferredName& deferred : job.deferred) {
        if (deferred.cause != store::cause::kExcluded) context.log.verbose(deferred.reason.message);
    }
    if (job.alive()) job.nothing_to_do = true;
    close_journal(context, job);
    status::record_outcome(context, job);
    return false;
}

}  // namespace

RunOutcome enable(ca::Context& context, const std::vector<dokku::AppName>& apps,
                  const ca::Request& request) {
    host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    // Within a hook Dokku is at work on a vhost itself.
    renewal::CaInquiries inquiries{context};
    if (!request.on_pair_installed) serving::mend_missing_pairs(inquiries);
    std::vector<Missed> missed;
    auto prepared = prepare_all(context, apps, request, missed);
    drop_all_if_blocked(context, prepared, request, missed);
    Jobs jobs;
    for (const auto& job : prepared) {
        const auto due = claim(context, *job, request);
        if (!due) {
            const ca::Refusal& refusal = due.error();
            context.log.warn(status::with_fix(refusal.error, job->app.text()));
            missed.push_back({job->app, refusal.cause});
            // Who holds the lock sees that we came; if it sees anything.
            const bool is_ours_to_tell = refusal.error.kind != base::ErrorKind::busy || job->lock ||
                                         refusal.cause == store::cause::kStuckRun;
            if (request.is_unattended() && is_ours_to_tell)
                status::record_refusal(context, job->app, refusal);
            release(context, *job);
        } else if (*due && passes_dns(context, *job, request)) {
            jobs.push_back(job.get());
            // Its turn comes later; until then others may do with the app what they want.
            if (request.over_all) job->lock.reset();
        } else {
            release(context, *job);
        }
    }
    if (!jobs.empty()) issue(context, jobs, request);
    const bool issued = std::none_of(jobs.begin(), jobs.end(), [&](const ca::IssueJob* job) {
        return job->failure || (request.is_typed() && job->left_to_other);
    });
    if (apps.size() > 1 && !(jobs.empty() && missed.empty())) summarize(context, jobs, missed);
    return missed.empty() && issued ? RunOutcome::done : RunOutcome::failed;
}

}  // namespace lifecycle
