#include "programs/host_programs.h"

#include <utility>

#include "async/process.h"
#include "dokku/proxy.h"

namespace programs {
async::Task<base::Result<void>> HostPrograms::run_call(nginx::NginxCall& call) {
    base::Command command = nginx::command_of(call);
    const async::Semaphore::Permit turn = co_await turns_.acquire();
    const auto exit = co_await async::run_process(std::move(command));
    if (!exit) co_return exit.error();
    call.exit = *exit;
    co_return base::Result<void>{};
}

async::Task<base::Result<void>> HostPrograms::run_trigger(dokku::AppName app, std::string name,
                                                          dokku::RunOptions options) {
    base::Command command = dokku::trigger_command(environment_, app, name, {app.text()}, options);
    const async::Semaphore::Permit turn = co_await turns_.acquire();
    const auto exit = co_await async::run_process(std::move(command));
    co_return dokku::judge_trigger(app, name, exit);
}

async::Task<base::Result<std::optional<nginx::NginxComplaint>>> HostPrograms::test_nginx() {
    nginx::NginxCall call = nginx::NginxService::test_call();
    auto done = co_await run_call(call);
    if (!done) co_return std::move(done).error();
    co_return nginx::NginxService::judge_test(call);
}

async::Task<base::Result<void>> HostPrograms::reload_nginx(dokku::Scope scope) {
    const nginx::NginxService service{environment_};
    auto call = service.reload_call(scope);
    if (!call) co_return std::move(call).error();
    auto done = co_await run_call(*call);
    if (!done) co_return done;
    co_return service.judge_reload(*call);
}

async::Task<base::Result<void>> HostPrograms::require_trigger(dokku::AppName app,
                                                              std::string name) {
    dokku::RunOptions options;
    auto done = co_await run_trigger(std::move(app), std::move(name), std::move(options));
    co_return done;
}

async::Task<base::Result<std::vector<std::string>>> HostPrograms::ask_trigger(dokku::AppName app,
                                                                              std::string name) {
    std::vector<std::string> lines;
    dokku::RunOptions options = dokku::asking_options(lines);
    auto done = co_await run_trigger(std::move(app), std::move(name), std::move(options));
    if (!done) co_return std::move(done).error();
    co_return lines;
}

async::Task<base::Result<std::vector<dokku::PortMapping>>> HostPrograms::read_ports(
    dokku::AppName app) {
    const auto stored = dokku::read_stored_ports(environment_, app);
    if (!stored) co_return stored.error();
    const auto known = dokku::find_certificate(environment_, app, *stored);
    if (known) co_return dokku::resolve_ports(*stored, *known);
    const auto answer = co_await ask_trigger(app, "certs-force");
    if (!answer) co_return answer.error();
    co_return dokku::resolve_ports(*stored, dokku::certificate_in(*answer));
}

async::Task<base::Result<void>> HostPrograms::require_nginx_proxy(dokku::AppName app) {
    auto proxy = dokku::require_proxy(environment_, app);
    if (!proxy) co_return proxy;
    const auto answer = co_await ask_trigger(app, "proxy-type");
    if (!answer) co_return answer.error();
    co_return dokku::require_nginx(app, *answer);
}

}  // namespace programs
