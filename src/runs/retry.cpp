#include "runs/retry.h"

#include <unistd.h>

#include "dokku/app.h"
#include "dokku/detached_process.h"
#include "dokku/terminal.h"
#include "lifecycle/retry.h"
#include "runs/runtime.h"

namespace runs {
namespace {

using lifecycle::RunOutcome;

/// Whether the hook still waited for it.
bool end_output() {
    const bool waited_for = dokku::has_reader(STDOUT_FILENO);
    dokku::redirect_output(std::string{dokku::kLogFile});
    return waited_for;
}

}  // namespace

base::Result<RunOutcome> retry(const dokku::Environment& environment, const dokku::Log& log,
                               const RetryFlags& flags) {
    if (flags.due) {
        const auto runtime = Runtime::open(environment, log);
        if (!runtime) return runtime.error();
        ca::Context& context = (*runtime)->context();
        return context.loop.run(lifecycle::retry_due(context));
    }
    const auto app = dokku::verify_app(environment, flags.app);
    if (!app) return app.error();
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    ca::Context& context = (*runtime)->context();
    return context.loop.run(lifecycle::retry_app(context, *app));
}

base::Result<RunOutcome> issue_for_hook(const dokku::Environment& environment,
                                        const std::string& app) {
    const auto known = dokku::verify_app(environment, app);
    if (!known) return known.error();
    const dokku::Log log{environment, [](dokku::Stream, std::string_view text) {
                             dokku::write_while_read(text, std::string{dokku::kLogFile});
                         }};
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    ca::Context& context = (*runtime)->context();
    return context.loop.run(lifecycle::issue_for_change(context, *known, end_output));
}

}  // namespace runs
