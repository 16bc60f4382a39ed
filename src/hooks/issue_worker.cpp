#include "hooks/issue_worker.h"

#include <csignal>
#include <string>

#include "dokku/detached_process.h"

namespace hooks {
namespace {

volatile std::sig_atomic_t g_stop_waiting = 0;  // NOLINT(*-non-const-global-variables): a signal's

extern "C" void stop_waiting(int) {
    g_stop_waiting = 1;
}
extern "C" void go_on(int) {}

/// Handlers, not SIG_IGN: the worker is to start with the usual answers.
void take_signals() {
    struct sigaction action {};
    action.sa_handler = stop_waiting;  // without SA_RESTART: a wait ends
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    action.sa_handler = go_on;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGHUP, &action, nullptr);
}

}  // namespace

base::Result<void> run_issue_worker(const dokku::Environment& environment, const dokku::Log& log,
                                    const dokku::AppName& app, std::chrono::seconds patience) {
    take_signals();
    const base::Path worker = environment.plugin_directory / "libexec" / "issue";
    const auto output = dokku::start_session({worker.string(), app.text()});
    if (!output) return output.error();
    dokku::relay_lines(
        *output, patience, [&](std::string_view line) { log.plain(line); },
        [] { return g_stop_waiting != 0; });
    return {};
}

}  // namespace hooks
