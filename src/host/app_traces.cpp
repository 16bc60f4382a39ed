#include "host/app_traces.h"

#include "base/directory.h"
#include "nginx/challenge_route.h"
#include "tls/removal_marker.h"

namespace host {

base::Result<void> remove_app_traces(const dokku::Environment& environment,
                                     const dokku::AppName& app) {
    base::Result<void> all;
    for (auto& removed :
         {base::remove_file(nginx::route_files(environment, app).block),
          base::remove_tree(environment.webroot(app)), tls::unmark_removal(environment, app)}) {
        if (!removed && all) all = removed.error();
    }
    return all;
}

}  // namespace host
