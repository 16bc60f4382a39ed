#include "hooks/after_delete.h"

#include "dokku/property.h"
#include "host/app_traces.h"
#include "store/local_store.h"

namespace hooks {

void after_delete(const dokku::Environment& environment, const dokku::Log& log,
                  const dokku::AppName& app) {
    // ROOT/APP still stands and goes last. A run that is at work for the app sees by the state that
    // it is gone, and leaves nothing of its own.
    const store::LocalStore store{environment.global_root()};
    for (const auto& removed :
         {dokku::PropertyStore{environment}.destroy(app), store.remove_state(app.text()),
          host::remove_app_traces(environment, app)}) {
        if (!removed) log.warn(removed.error());
    }
}

}  // namespace hooks
