#include "runs/adopt.h"

#include "dokku/app.h"
#include "lifecycle/adopt_certificates.h"
#include "runs/runtime.h"

namespace runs {

base::Result<void> adopt(const dokku::Environment& environment, const dokku::Log& log) {
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    lifecycle::adopt_certificates((*runtime)->context(), *apps);
    return {};
}

}  // namespace runs
