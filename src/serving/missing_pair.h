#pragma once

#include <vector>

#include "async/task.h"
#include "dokku/app.h"
#include "renewal/ca_inquiries.h"

namespace serving {

// A vhost that names certificate files which are not there: they were removed by hand, or a
// `certs:remove` was killed. nginx then loads nothing for any app.

/// Such apps, by the files that Dokku wrote; nginx is not asked.
std::vector<dokku::AppName> find_missing_pairs(const dokku::Environment& environment,
                                               const std::vector<dokku::AppName>& apps);

/// Puts the app right: the last good pair of ours comes back if the app is enabled and had one of
/// ours, else its vhost is rebuilt without https. Nothing is done where both files are there by
/// now, or where another run is at work for the app.
async::Task<void> mend_missing_pair(renewal::CaInquiries& inquiries, dokku::AppName app);

}  // namespace serving
