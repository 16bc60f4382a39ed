#pragma once

#include <vector>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "serving/challenge_routes.h"
#include "serving/former_pair.h"
#include "serving/nginx_snapshot.h"

namespace serving {

/// A job whose route is to end, and whose new pair, if it has one, is to be shown.
struct LoadedJob {
    ca::IssueJob* job;
    const FormerPair* former = nullptr;  ///< what to go back to
};

/// What the files of one round have that nginx has not loaded yet.
struct Changes {
    std::vector<RoutedJob> routes;
    std::vector<LoadedJob> pairs;
};

/// `nginx -t`. The change whose file nginx complains about is undone, and the rest tested again: a
/// route goes and its job fails (cause path-shadowed), a pair is replaced by the one before and its
/// job fails (reload-refused). Where nginx names another file, or none, it is tested without the
/// routes, and those that it does not load are found by halves. What it refuses without them fails
/// the round: all routes (blocked-by), and pairs wait for the next reload, which is told. So if
/// nginx cannot be asked (host). What is undone or failed leaves the changes. Returns whether nginx
/// may load the rest.
async::Task<bool> make_sound(const ca::Context& context, NginxSnapshot& host, Changes& changes);

/// Warns that the pairs are not loaded yet.
void tell_not_loaded(const ca::Context& context, const base::Error& why);

}  // namespace serving
