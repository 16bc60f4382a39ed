#include "dokku/app_traces.h"

#include "base/directory.h"
#include "dokku/challenge_route.h"
#include "dokku/removal_marker.h"

namespace dokku {

base::Result<void> remove_app_traces(const Environment& environment, const AppName& app) {
    base::Result<void> all;
    for (auto& removed :
         {base::remove_file(route_files(environment, app).block),
          base::remove_tree(environment.webroot(app)), unmark_removal(environment, app)}) {
        if (!removed && all) all = removed.error();
    }
    return all;
}

}  // namespace dokku
