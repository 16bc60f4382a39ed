#include "ca/stuck_app.h"

#include "store/cause.h"

namespace ca {

std::optional<Refusal> find_stuck_run(const Context& context, const dokku::AppName& app) {
    const auto stuck = context.store.find_stuck_run(app.text());
    if (!stuck) return std::nullopt;
    return Refusal{store::cause::kStuckRun,
                   {base::ErrorKind::busy,
                    "A run for " + app.text() + " has come to no end (" + store::to_text(*stuck) +
                        "); nothing can be done for the app meanwhile",
                    std::nullopt, store::steps_against(*stuck)}};
}

bool tell_stuck_runs(const Context& context, const std::vector<dokku::AppName>& apps) {
    bool any = false;
    for (const dokku::AppName& app : apps) {
        const auto stuck = find_stuck_run(context, app);
        if (!stuck) continue;
        any = true;
        context.log.warn(stuck->error);
    }
    return any;
}

}  // namespace ca
