// `post-app-clone-setup OLD NEW`: Dokku has made NEW as a copy of OLD. Nothing is ordered for it
// before someone asks: its state begins empty.
#include "cli/run.h"
#include "dokku/app.h"
#include "dokku/app_copy.h"
#include "dokku/certs.h"
#include "store/local_store.h"

namespace {

/// Also where its certificate store is lost.
bool is_known_as_ours(const dokku::Environment& environment, const store::LocalStore& store,
                      const dokku::AppName& app) {
    const auto state = store.read_state(app.text());
    return state && state->installed && state->installed->owner == store::Owner::ours &&
           dokku::read_expiration(environment, app) == state->installed->not_after;
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto from = dokku::AppName::parse(call.arguments.at(0));
        if (!from) return from.error();
        const auto to = dokku::AppName::parse(call.arguments.at(1));
        if (!to) return to.error();
        const store::LocalStore store{call.environment.global_root()};
        const auto copied = is_known_as_ours(call.environment, store, *from)
                                ? dokku::CopiedPair::letsencrypt
                                : dokku::CopiedPair::as_the_store_tells;
        auto adopted = dokku::adopt_clone(call.environment, call.log, *from, *to, copied);
        if (!adopted) return std::move(adopted).error();
        return cli::ExitCode::done;
    });
}
