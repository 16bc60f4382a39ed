#include "lifecycle/claim.h"

#include <utility>

#include "base/directory.h"
#include "base/file.h"
#include "ca/claim.h"
#include "ca/locks.h"
#include "ca/stuck_app.h"
#include "dokku/own_files.h"
#include "lifecycle/prepare.h"
#include "lifecycle/writable.h"
#include "nginx/challenge_route.h"
#include "orders/journal.h"
#include "preflight/requirements.h"
#include "serving/challenge_routes.h"
#include "serving/install_pair.h"
#include "serving/repair.h"
#include "status/record_outcome.h"
#include "tls/certificate_files.h"

namespace lifecycle {
namespace {

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
    const base::Path webroot = context.environment.webroot(job.app());
    if (auto made = base::make_directories(webroot, kFolder); !made) return made;
    if (auto open = base::set_mode(webroot, kFolder); !open) return open;
    auto written = tls::write_configuration(
        serving::certificate_folder(context, job), job.wanted().lego_command,
        job.settings().lego_docker_options.computed, job.settings().docker_env().reveal());
    return written ? require_writable(context, job) : written;
}

/// The retry job does what the run that holds the lock does not see any more.
base::Result<void> note_due(const ca::Context& context, const ca::IssueJob& job) {
    const base::UtcTime now = context.clock.now();
    return ca::update_state_of(context, job.app(),
                               [&](store::AppState& state) { state.due = now; });
}

using Locked = base::Result<base::FileLock, ca::Refusal>;

async::Task<Locked> lock_app(ca::Context& context, const ca::IssueJob& job,
                             const ca::Request& request) {
    constexpr std::chrono::seconds kShortPatience{2};
    if (auto stuck = ca::find_stuck_run(context, job.app())) co_return std::move(*stuck);
    constexpr std::chrono::seconds kAtOnce{0};
    const bool is_typed = request.is_typed();
    auto lock = co_await ca::lock_app_to_claim(context, job.app().text(), is_typed, kAtOnce);
    if (!lock && lock.error().kind == base::ErrorKind::busy) {
        if (is_typed) {
            context.log.verbose("Waiting for another run that is at work for " + job.app().text());
        }
        const std::chrono::seconds patience = is_typed ? store::kTypedPatience : kShortPatience;
        lock = co_await ca::lock_app_to_claim(context, job.app().text(), is_typed, patience);
    }
    if (lock) co_return std::move(*lock);
    if (lock.error().kind != base::ErrorKind::busy) {
        co_return ca::Refusal{store::cause::kHost, std::move(lock).error()};
    }
    if (request.is_automatic()) {
        auto noted = note_due(context, job);
        if (!noted) co_return ca::Refusal{store::cause::kHost, std::move(noted).error()};
    }
    co_return ca::Refusal{
        store::cause::kHost,
        {base::ErrorKind::busy,
         "Another run is getting a certificate for " + job.app().text() + " right now",
         std::nullopt,
         {"Wait for it to end, then try again."}}};
}

base::Result<bool> begin(const ca::Context& context, ca::IssueJob& job,
                         const ca::Request& request) {
    auto due = is_still_due(context, job, request);
    if (!due || !*due) return due;
    if (auto own = dokku::require_own_files(context.environment, job.app()); !own) {
        return std::move(own).error();
    }
    if (auto linked = serving::restore_link(context, job.app()); !linked)
        return std::move(linked).error();
    if (auto written = write_folders(context, job); !written) {
        return job.hold.folder->readable(std::move(written).error());
    }
    return orders::begin_journal(context, job, request);
}

}  // namespace

async::Task<base::Result<bool, ca::Refusal>> claim_app(ca::Context& context, ca::IssueJob& job,
                                                       const ca::Request& request) {
    if (!request.is_automatic()) {
        auto ready = co_await preflight::require_port_80(context, job);
        if (!ready) co_return ca::Refusal{store::cause::kSettings, std::move(ready).error()};
    }
    auto lock = co_await lock_app(context, job, request);
    if (!lock) co_return std::move(lock).error();
    job.hold.lock = std::move(*lock);
    if (auto held = ca::hold_folder(context, job); !held) {
        if (request.is_typed()) {
            co_return ca::Refusal{store::cause::kHost, std::move(held).error()};
        }
        context.log.verbose(held.error().message);
        co_return false;
    }
    auto begun = begin(context, job, request);
    if (!begun) co_return ca::Refusal{store::cause::kHost, std::move(begun).error()};
    co_return *begun;
}

bool is_ours_to_record(const ca::Refusal& refusal, const ca::IssueJob& job,
                       const ca::Request& request) {
    return request.is_unattended() && (refusal.error.kind != base::ErrorKind::busy ||
                                       job.hold.lock || refusal.cause == store::cause::kStuckRun);
}

std::string_view note_blocked(const ca::Context& context, const ca::IssueJob& job,
                              const base::Error& error, const ca::Request& request) {
    // Where nginx could not be asked, no app's file is to blame.
    const bool complained = error.kind == base::ErrorKind::rejected;
    const ca::Refusal refusal{complained ? store::cause::kBlockedBy : store::cause::kHost, error};
    if (!request.is_unattended()) {
        auto kept = ca::update_state_of(context, job.app(), [](store::AppState& state) {
            state.enabled = true;
            state.switched_off = false;
        });
        if (!kept) {
            context.log.warn(kept.error().message);
            return refusal.cause;
        }
    }
    status::record_refusal(context, job.app(), refusal);
    return refusal.cause;
}

}  // namespace lifecycle
