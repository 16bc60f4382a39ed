#include "serving/serve_round.h"

#include <algorithm>
#include <utility>

#include "nginx/service.h"
#include "serving/serve.h"

namespace serving {
namespace {

/// Those whose files could be written.
std::vector<RoutedJob> write_routes(const ca::Context& context, NginxSnapshot& host,
                                    const std::vector<ca::IssueJob*>& jobs) {
    std::vector<RoutedJob> routed;
    for (ca::IssueJob* job : jobs) {
        if (!job->alive() || job->settings().uses_dns()) continue;
        auto written = write_route_files(context, host, *job);
        if (written) {
            routed.push_back(std::move(*written));
        } else {
            job->fail(store::cause::kHost, std::move(written).error());
        }
    }
    return routed;
}

/// Ends the routes of the jobs. Returns those for which nginx is to be reloaded; of the others some
/// are to be rebuilt, which reloads nginx itself.
std::vector<LoadedJob> end_routes(const ca::Context& context, const std::vector<LoadedJob>& loads,
                                  std::vector<ca::IssueJob*>& rebuilt) {
    std::vector<LoadedJob> reloading;
    for (const LoadedJob& one : loads) {
        const bool has_changed = end_route(context, *one.job);
        const bool has_new_pair = one.job->alive() && one.job->need != ca::Need::standby;
        if (needs_rebuild(context, *one.job)) {
            rebuilt.push_back(one.job);
        } else if (has_changed || has_new_pair) {
            reloading.push_back(one);
        }
    }
    return reloading;
}

async::Task<bool> is_route_to_be_loaded(const ca::Context& context,
                                        const std::vector<RoutedJob>& routed) {
    const bool has_changed = std::any_of(routed.begin(), routed.end(),
                                         [](const RoutedJob& one) { return one.has_changed; });
    if (has_changed || routed.empty()) co_return has_changed;
    const bool is_loaded = co_await are_loaded(context, routed);
    co_return !is_loaded;
}

/// When nginx is started it reads these files, and what failed because it does not run has said so.
bool is_worth_a_reload(const ca::Context& context, const std::vector<LoadedJob>& pairs) {
    if (pairs.empty()) return false;
    const bool any_new = std::any_of(pairs.begin(), pairs.end(),
                                     [](const LoadedJob& one) { return one.job->alive(); });
    return any_new || nginx::NginxService{context.environment}.is_running();
}

dokku::Scope on_behalf_of(const Changes& changes) {
    if (!changes.routes.empty()) return changes.routes.front().job->app();
    if (!changes.pairs.empty()) return changes.pairs.front().job->app();
    return dokku::Scope::global();
}

/// Returns whether nginx was reloaded.
async::Task<bool> reload(const ca::Context& context, Changes& changes) {
    const auto reloaded = co_await context.programs->reload_nginx(on_behalf_of(changes));
    if (reloaded) co_return true;
    if (!changes.pairs.empty() || changes.routes.empty()) context.log.warn(reloaded.error());
    fail_unloaded(changes.routes, reloaded.error());
    co_return false;
}

bool any_alive(const std::vector<RoutedJob>& routed) {
    return std::any_of(routed.begin(), routed.end(),
                       [](const RoutedJob& one) { return one.job->alive(); });
}

}  // namespace

async::Task<void> serve_round(const ca::Context& context, RoundWishes wishes) {
    NginxSnapshot host;
    std::vector<ca::IssueJob*> rebuilt;
    Changes changes;
    changes.pairs = end_routes(context, wishes.loads, rebuilt);
    changes.routes = write_routes(context, host, wishes.routes);
    const bool has_routes = co_await is_route_to_be_loaded(context, changes.routes);
    if (!has_routes) changes.routes.clear();
    const bool has_pairs = is_worth_a_reload(context, changes.pairs);
    bool is_to_reload = has_routes || has_pairs || wishes.is_reload_wished;
    const std::uint64_t log_start = error_log_bytes();
    if (is_to_reload) is_to_reload = co_await make_sound(context, host, changes);
    // Each takes Dokku some seconds.
    for (ca::IssueJob* job : rebuilt)
        co_await rebuild_for(context, *job);
    const bool has_left = !changes.routes.empty() || !changes.pairs.empty();
    if (!is_to_reload || !(has_left || wishes.is_reload_wished)) co_return;
    auto former = host.workers();
    const bool is_reloaded = co_await reload(context, changes);
    if (!is_reloaded || changes.routes.empty()) co_return;
    co_await verify_routes(context, changes.routes, log_start);
    if (any_alive(changes.routes)) co_await wait_for_former_workers(context, std::move(former));
}

}  // namespace serving
