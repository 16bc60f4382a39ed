#include "lifecycle/take_again.h"

#include <utility>

#include "base/file.h"
#include "ca/claim.h"
#include "ca/locks.h"
#include "ca/stuck_app.h"
#include "lifecycle/release.h"
#include "nginx/challenge_route.h"
#include "serving/challenge_routes.h"
#include "status/record_outcome.h"
#include "store/claim.h"

namespace lifecycle {
namespace {

constexpr std::chrono::seconds kShortPatience{2};

void leave_to_other(const ca::Context& context, ca::IssueJob& job) {
    context.log.verbose("Another run is at work for " + job.app().text() +
                        "; it is left to that one");
    job.leave_to_other();
}

}  // namespace

async::Task<void> lock_again(const ca::Context& context, ca::IssueJob& job,
                             const ca::Request& request) {
    if (const auto stuck = ca::find_stuck_run(context, job.app())) {
        if (ca::is_still_claimed(context, job)) status::record_refusal(context, job.app(), *stuck);
        job.fail(stuck->cause, stuck->error);
        co_return job.leave_to_other();
    }
    const std::chrono::seconds patience =
        request.is_typed() ? store::kTypedPatience : kShortPatience;
    auto lock = co_await ca::lock_app(context, job.app().text(), patience);
    if (lock) {
        job.hold.lock = std::move(*lock);
        // If it cannot be held, the app is not as it was.
        static_cast<void>(ca::hold_folder_again(job));
    } else if (lock.error().kind == base::ErrorKind::busy) {
        leave_to_other(context, job);
    } else {
        job.fail(store::cause::kHost, std::move(lock).error());
    }
}

bool hold_again(const ca::Context& context, ca::IssueJob& job) {
    if (job.hold.lock && ca::is_still_claimed(context, job)) return true;
    if (!job.hold.lock) {
        auto lock = context.store.try_lock_app(job.app().text());
        if (!lock) {
            job.leave_to_other();
            return false;
        }
        job.hold.lock = std::move(*lock);
        static_cast<void>(ca::hold_folder_again(job));
        if (is_as_it_was(context, job)) return true;
    }
    leave_alone(context, job);
    return false;
}

bool is_as_it_was(const ca::Context& context, const ca::IssueJob& job) {
    if (!ca::is_still_claimed(context, job)) return false;
    const auto live = base::read_file(context.environment.tls_root(job.app()) / "server.crt");
    return live ? job.present.chain && *job.present.chain == *live : !job.present.chain;
}

bool has_route(const ca::Context& context, const ca::IssueJob& job) {
    return nginx::has_route(serving::route_files_of(context, job), job.ca.session->thumbprint());
}

void leave_alone(const ca::Context& context, ca::IssueJob& job) {
    context.log.verbose(job.app().text() + " was changed meanwhile; it is left alone");
    auto dropped = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        store::CertificateState& own = ca::own_state(state, job);
        if (own.order && own.order->url.empty()) own.order.reset();
        own.claim.reset();
    });
    if (!dropped) context.log.warn(dropped.error().message);
    job.go_on();
    job.leave_to_other();
    // Who has taken it over uses its route.
    const auto state = context.store.read_state(job.app().text());
    if (state && store::is_claimed_elsewhere(*state)) return release(context, job);
    if (abandon(context, job)) job.route.is_stale = true;
}

}  // namespace lifecycle
