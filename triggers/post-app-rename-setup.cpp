// `post-app-rename-setup OLD NEW`: Dokku has made NEW from OLD, and destroys OLD next.
#include "base/clock.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "hooks/app_copy.h"
#include "hooks/app_facts.h"
#include "hooks/mark_due.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto from = dokku::AppName::parse(call.arguments.at(0));
        if (!from) return from.error();
        const auto to = dokku::AppName::parse(call.arguments.at(1));
        if (!to) return to.error();
        const store::LocalStore store{call.environment.global_root()};
        const auto old = hooks::read_old_app(call.environment, store, *from);
        if (auto moved = store.copy_state(from->text(), to->text()); !moved) {
            call.log.warn(moved.error());
        }
        if (auto adopted = hooks::adopt_rename(call.environment, *from, *to, old); !adopted) {
            call.log.warn(adopted.error());
        }
        // No certificate store of its own yet: the retry job orders under the new name.
        const auto woken =
            hooks::mark_renamed_due(call.environment, store, *to, base::SystemClock{}.now());
        if (!woken) return woken.error();
        return cli::ExitCode::done;
    });
}
