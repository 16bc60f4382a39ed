#pragma once

#include <vector>

#include "dokku/challenge_route.h"
#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// Of a job's app; the snippet lies below app_folder.
dokku::RouteFiles route_files_of(const Context& context, const IssueJob& job);

/// Switches the challenge route on for all living jobs: files, one test, one reload, then each name
/// is fetched over loopback. A job whose route nginx refuses or does not serve fails alone (cause
/// path-shadowed) and its files go; if nginx did not take the reload at all, all fail (cause
/// reload-refused).
void switch_routes_on(Context& context, const std::vector<IssueJob*>& jobs);

/// Takes the route files of the job away. Returns whether nginx must be reloaded for that.
bool remove_route_files(const Context& context, const IssueJob& job);

}  // namespace lifecycle
