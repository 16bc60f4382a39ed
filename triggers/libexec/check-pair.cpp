// `libexec/check-pair APP`: a pair in the app's `tls/` has changed, and nginx is about to read it.
// `nginx-pre-reload` starts us and holds the app's lock.
#include "base/clock.h"
#include "base/secret.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "serving/check_pair.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const store::LocalStore store{call.environment.global_root()};
        base::forbid_core_dumps();
        auto checked = serving::check_installed_pair(call.environment, store, call.log, *app,
                                                     base::SystemClock{}.now());
        if (!checked) return std::move(checked).error();
        return cli::ExitCode::done;
    });
}
