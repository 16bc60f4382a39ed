#pragma once

#include <vector>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "serving/sound_changes.h"

namespace serving {

/// What the flows of a run wish of one reload of nginx.
struct RoundWishes {
    std::vector<ca::IssueJob*> routes;  ///< their challenge's routes are to be on
    std::vector<LoadedJob> loads;
    bool is_reload_wished = false;  ///< for a route that was taken off before
};

/// Grants them with one test and one reload. The files of all routes are written, and those of the
/// jobs to load taken away; what nginx refuses is undone (sound_changes.h). A vhost that does not
/// know its pair or its names yet is rebuilt, each alone; a rebuild that failed is noted in its
/// job. Nothing is reloaded if nothing changed. Then each name of the routes is fetched over
/// loopback: a job whose route nginx does not serve fails alone (cause path-shadowed); if nginx did
/// not take the reload at all, all of them fail (reload-refused). Jobs that have failed, or that
/// are validated over DNS, get no route.
async::Task<void> serve_round(const ca::Context& context, RoundWishes wishes);

}  // namespace serving
