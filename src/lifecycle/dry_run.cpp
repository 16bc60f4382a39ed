#include "lifecycle/dry_run.h"

#include "base/file.h"
#include "base/text.h"
#include "ca/claim.h"
#include "ca/explain_failure.h"
#include "ca/locks.h"
#include "ca/session.h"
#include "lifecycle/prepare.h"
#include "lifecycle/release.h"
#include "orders/order.h"
#include "orders/rehearsal.h"
#include "preflight/preflight.h"
#include "preflight/profile.h"
#include "serving/challenge_routes.h"
#include "serving/serve.h"
#include "serving/serve_round.h"
#include "serving/valid_nginx.h"
#include "settings/known_servers.h"

namespace lifecycle {
namespace {

base::Result<std::string> find_stage(const ca::IssueJob& job) {
    std::string stage = orders::rehearsal_server(job);
    if (!stage.empty()) return stage;
    if (settings::is_staging_server(job.ca.server)) return job.ca.server;
    return base::fail(
        base::ErrorKind::invalid_input,
        "No staging server of " + base::printable(job.ca.server) + " is known",
        {"Name one with: dokku letsencrypt:set " + job.app().text() + " rehearse https://..."});
}

/// What a route that stays says of the app's own account.
class KeptRoute {
  public:
    KeptRoute(ca::Context& context, const ca::IssueJob& job) : context_(context), app_(job.app()) {
        if (!job.settings().has_permanent_route()) return;
        const auto files = serving::route_files_of(context, job);
        for (const base::Path& file : {files.snippet, files.block}) {
            if (auto text = base::read_file(file)) texts_.emplace_back(file, std::move(*text));
        }
    }

    /// Puts it back where the order at the other CA has changed it.
    async::Task<void> restore() const {
        constexpr mode_t kFile = 0644;
        if (texts_.empty()) co_return;
        for (const auto& [file, text] : texts_) {
            if (auto kept = base::replace_file(file, text, kFile); !kept) {
                context_.log.warn(kept.error().message);
            }
        }
        serving::RoundWishes wishes;
        wishes.is_reload_wished = true;
        co_await serving::serve_round(context_, std::move(wishes));
    }

  private:
    ca::Context& context_;
    const dokku::AppName& app_;
    std::vector<std::pair<base::Path, std::string>> texts_;
};

async::Task<void> try_order(ca::Context& context, ca::IssueJob& job) {
    ca::CaSessions sessions{context};
    auto session = co_await sessions.open(job.ca, job.settings(), job.lego());
    if (!session) co_return job.fail(std::move(session).error());
    job.ca.session = *session;
    ca::Request typed;
    preflight::check_profile(context, job, typed);
    preflight::check_addresses(job);
    preflight::check_count_of_names(job);
    co_await preflight::check_caa(context, job);
    serving::RoundWishes wishes;
    wishes.routes.push_back(&job);
    co_await serving::serve_round(context, std::move(wishes));
    co_await preflight::check_reachability(context, job);
    if (!job.alive()) co_return;
    const orders::OrderDesk desk{sessions};
    orders::Order order{context, desk, orders::OrderKind::rehearsal, job};
    async::Semaphore::Permit turn = co_await job.ca.session->new_orders().acquire();
    co_await order.run(std::move(turn));
}

RunOutcome tell(const ca::Context& context, const ca::IssueJob& job) {
    for (const ca::DeferredName& deferred : job.names.deferred) {
        context.log.warn(deferred.name + " would be left out (" + std::string{deferred.cause} +
                         "): " + deferred.reason.message);
    }
    if (job.failure()) {
        ca::tell_failure(context.log, *job.failure(), job.app());
        context.log.info1("No certificate would be issued for " + job.app().text());
        return RunOutcome::failed;
    }
    context.log.info1("A certificate would be issued for " + job.app().text() + " with " +
                      base::join(ca::to_texts(job.names.ordered), ", "));
    return job.names.deferred.empty() ? RunOutcome::done : RunOutcome::failed;
}

}  // namespace

async::Task<RunOutcome> rehearse_enable(ca::Context& context, dokku::AppName app) {
    ca::Request request;
    request.force = true;
    context.log.info1("A dry run: nothing of it is kept");
    auto prepared = co_await prepare(context, app, request);
    if (!prepared) {
        context.log.warn(prepared.error().error);
        co_return RunOutcome::failed;
    }
    if (!prepared->has_value()) {
        context.log.info1("Nothing would be done for " + app.text());
        co_return RunOutcome::done;
    }
    ca::IssueJob& job = **prepared;
    const auto stage = find_stage(job);
    const auto valid = co_await serving::require_valid_nginx(context);
    auto lock = co_await ca::lock_app(context, app.text(), store::kTypedPatience);
    if (!stage || !valid || !lock) {
        context.log.warn(!stage ? stage.error() : !valid ? valid.error() : lock.error());
        co_return RunOutcome::failed;
    }
    job.hold.lock = std::move(*lock);
    if (auto held = ca::hold_folder(context, job); !held) {
        context.log.warn(held.error());
        co_return RunOutcome::failed;
    }
    job.ca.server = *stage;
    context.log.verbose("Ordering at " + base::printable(*stage));
    const KeptRoute route{context, job};
    co_await preflight::check_dns(context, job, request);
    if (job.alive()) co_await try_order(context, job);
    const RunOutcome outcome = tell(context, job);
    // Only the route is to be taken out: no pair was installed.
    job.end_without_order();
    serving::RoundWishes wishes;
    wishes.loads.push_back({&job});
    co_await serving::serve_round(context, std::move(wishes));
    co_await route.restore();
    release(context, job);
    co_return outcome;
}

}  // namespace lifecycle
