#pragma once

#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "nginx/challenge_route.h"

namespace serving {

/// Of a job's app; the snippet lies below app_folder.
nginx::RouteFiles route_files_of(const ca::Context& context, const ca::IssueJob& job);

/// Switches the challenge route on for all living jobs: files, one test, one reload, then each name
/// is fetched over loopback. A job whose route nginx refuses or does not serve fails alone (cause
/// path-shadowed) and its files go; if nginx did not take the reload at all, all fail (cause
/// reload-refused).
void switch_routes_on(ca::Context& context, const std::vector<ca::IssueJob*>& jobs);

/// Takes the route files of the job away. Returns whether nginx must be reloaded for that.
bool remove_route_files(const ca::Context& context, const ca::IssueJob& job);

}  // namespace serving
