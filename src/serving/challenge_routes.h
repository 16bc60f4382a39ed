#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "async/task.h"
#include "base/result.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "http/challenge_fetch.h"
#include "nginx/challenge_route.h"
#include "nginx/workers.h"
#include "serving/nginx_snapshot.h"

namespace serving {

// What switching challenge routes on (serve_round.h) is made of, for the jobs of one reload: the
// files of each are written, all are tested (sound_changes.h) and loaded together, and then each
// job's names are fetched. A job that fails leaves `routed`, and its cause is noted in it.

/// A job whose route files are written, with what is to be fetched for it.
struct RoutedJob {
    ca::IssueJob* job;
    std::vector<http::RouteCheck> checks;
    bool has_changed = false;  ///< nginx is to be reloaded for it
};

/// Writes the files of one job. `io` if they cannot be written, `not_found` if its app is gone.
base::Result<RoutedJob> write_route_files(const ca::Context& context, NginxSnapshot& host,
                                          ca::IssueJob& job);

/// Has nginx loaded these files already? It has not if a run that wrote the same ones was killed
/// before its reload.
async::Task<bool> are_loaded(const ca::Context& context, const std::vector<RoutedJob>& routed);

/// What to do about a directive that answers for the route.
std::vector<std::string> shadow_steps(const std::string& app);

/// Fails all because nginx did not take the reload (cause reload-refused) or could not be asked.
void fail_unloaded(std::vector<RoutedJob>& routed, const base::Error& why);

/// How much is in nginx's error log: taken before a reload, for verify_routes().
std::uint64_t error_log_bytes();

using RouteFindings = std::vector<http::RouteFinding>;  ///< of the checks of one job

/// How long nginx may take to answer for a route once it was reloaded.
inline constexpr std::chrono::seconds kRoutePatience{3};

/// Fetches the names of one job until nginx answers for them all or `patience` is over.
async::Task<RouteFindings> fetch_routes(const ca::Context& context, const RoutedJob& routed,
                                        std::chrono::milliseconds patience);

/// Names that nginx does not answer for are deferred (cause path-shadowed).
void defer_unanswered(const ca::Context& context, const RoutedJob& routed,
                      const RouteFindings& findings);

/// Both for all jobs, side by side. Where nginx answers for no name and has complained in its log
/// since, it did not take the reload: all fail (cause reload-refused).
async::Task<void> verify_routes(const ca::Context& context, std::vector<RoutedJob>& routed,
                                std::uint64_t log_start);

/// A worker that knows the route has answered us; the CA must not meet one that does not. What may
/// still be met is a warning.
async::Task<void> wait_for_former_workers(const ca::Context& context, nginx::NginxWorkers former);

/// Of a job's app; the snippet lies below app_folder.
nginx::RouteFiles route_files_of(const ca::Context& context, const ca::IssueJob& job);

/// Takes the route files of the job away. Returns whether nginx must be reloaded for that.
bool remove_route_files(const ca::Context& context, const ca::IssueJob& job);

}  // namespace serving
