#include "lifecycle/open_session.h"

#include <utility>

#include "ca/clock.h"
#include "orders/decide_order.h"
#include "preflight/preflight.h"
#include "preflight/profile.h"

namespace lifecycle {
namespace {

/// An order that is under way is finished by any clock: what it costs is spent.
async::Task<void> check_clock(Run& run, const ca::Context& context, ca::IssueJob& job) {
    // A CA that asks not to be asked before a time is not asked for its own either.
    if (!job.alive()) co_return;
    acme::Client& client = job.ca.session->client();
    co_await client.ask_time();
    if (const auto& silence = client.silence()) co_return job.fail(acme::Failure{*silence});
    run.warn_of_clock(*job.ca.session);
    auto wrong = ca::refuse_wrong_clock(client);
    if (!wrong) co_return;
    const auto state = context.store.read_state(job.app().text());
    if (!state) co_return job.fail(store::cause::kClock, std::move(*wrong));
    const auto& order = ca::own_state(*state, job).order;
    const bool is_under_way = order && !order->url.empty();
    if (!is_under_way) job.fail(store::cause::kClock, std::move(*wrong));
}

}  // namespace

async::Task<void> open_session(Run& run, const ca::Context& context, ca::IssueJob& job) {
    const bool is_refused = co_await run.limits.refuse_ca_in_backoff(job);
    if (is_refused) co_return;
    auto session = co_await run.sessions.open(job.ca, job.settings(), job.lego());
    if (!session) {
        // All apps of a CA wait for one session: what it asks for is noted once.
        const bool is_noted = co_await run.limits.refuse_ca_in_backoff(job);
        if (is_noted) co_return;
        run.limits.note_failure(
            job, session.error(),
            run.sessions.was_account_refused(job.ca.server, job.settings().account_email()));
        co_return job.fail(std::move(session).error());
    }
    job.ca.session = *session;
    preflight::check_profile(context, job, run.request);
    preflight::check_addresses(job);
    preflight::check_count_of_names(job);
    co_await run.limits.check(job);
    co_await check_clock(run, context, job);
    co_await preflight::check_caa(context, job);
    orders::decide_order(context, job, run.request);
}

}  // namespace lifecycle
