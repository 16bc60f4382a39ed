// `post-delete APP IMAGE_TAG`: an app is being destroyed. What we know of it goes; the ledger of
// orders and the record of issued certificates stay, since a CA does not forget either.
#include "base/directory.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "dokku/property.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const base::Path global = call.environment.global_root();
        // ROOT/APP still stands and goes last; the server block would outlive it.
        const base::Path block = global / "nginx" / (app->text() + ".conf");
        for (const auto& removed :
             {dokku::PropertyStore{call.environment}.destroy(*app),
              store::LocalStore{global}.remove_state(app->text()), base::remove_file(block),
              base::remove_tree(call.environment.webroot(*app))}) {
            if (!removed) cli::print_error(call.log, removed.error());
        }
        return cli::ExitCode::done;
    });
}
