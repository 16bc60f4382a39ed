// `post-delete APP IMAGE_TAG`: an app is being destroyed. What we know of it goes; the ledger of
// orders and the record of issued certificates stay, since a CA does not forget either.
#include "cli/run.h"
#include "dokku/app.h"
#include "dokku/property.h"
#include "host/app_traces.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        // ROOT/APP still stands and goes last. A run that is at work for the app sees by the state
        // that it is gone, and leaves nothing of its own.
        const store::LocalStore store{call.environment.global_root()};
        for (const auto& removed :
             {dokku::PropertyStore{call.environment}.destroy(*app), store.remove_state(app->text()),
              host::remove_app_traces(call.environment, *app)}) {
            if (!removed) call.log.warn(removed.error());
        }
        return cli::ExitCode::done;
    });
}
