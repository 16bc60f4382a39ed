// `post-app-clone-setup OLD NEW`: Dokku has made NEW as a copy of OLD. Nothing is ordered for it
// before it is enabled: its state begins empty.
#include "cli/run.h"
#include "dokku/app.h"
#include "hooks/app_copy.h"
#include "hooks/app_facts.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto from = dokku::AppName::parse(call.arguments.at(0));
        if (!from) return from.error();
        const auto to = dokku::AppName::parse(call.arguments.at(1));
        if (!to) return to.error();
        const store::LocalStore store{call.environment.global_root()};
        const auto old = hooks::read_old_app(call.environment, store, *from);
        if (auto adopted = hooks::adopt_clone(call.environment, call.log, *from, *to, old);
            !adopted) {
            return adopted.error();
        }
        return cli::ExitCode::done;
    });
}
