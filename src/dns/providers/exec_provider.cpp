#include "dns/providers/exec_provider.h"

#include <cstdlib>

#include "async/process.h"

namespace dns::providers {
namespace {

/// PATH and HOME of ours unless the provider has its own, and its variables.
std::vector<std::pair<std::string, std::string>> environment_of(const Variables& variables) {
    std::vector<std::pair<std::string, std::string>> environment{variables.begin(),
                                                                 variables.end()};
    for (const char* name : {"PATH", "HOME"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && !variables.contains(name)) environment.emplace_back(name, value);
    }
    return environment;
}

}  // namespace

base::Result<std::unique_ptr<Provider>> ExecProvider::open(const settings::DnsProvider& entry,
                                                           Variables variables, LineSink relay,
                                                           std::vector<std::string>& warnings) {
    auto provider = std::make_unique<ExecProvider>(std::move(variables), std::move(relay));
    const auto seconds_of = [&](std::string_view name) {
        return read_seconds(provider->variables_, name, settings::default_of(entry, name),
                            warnings);
    };
    provider->timeout_ = seconds_of("EXEC_PROPAGATION_TIMEOUT");
    provider->interval_ = seconds_of("EXEC_POLLING_INTERVAL");
    return std::unique_ptr<Provider>{std::move(provider)};
}

async::Task<base::Result<void>> ExecProvider::present(ChallengeRecord record) {
    return call("present", std::move(record));
}

async::Task<base::Result<void>> ExecProvider::cleanup(ChallengeRecord record) {
    return call("cleanup", std::move(record));
}

base::Command ExecProvider::command_for(const std::string& action,
                                        const ChallengeRecord& record) const {
    const std::string program = value_of(variables_, "EXEC_PATH");
    base::Command command;
    if (value_of(variables_, "EXEC_MODE") == "RAW") {
        command.argv = {program,       action,       "--",
                        record.domain, record.token, record.key_authorization};
    } else {
        command.argv = {program, action, record.name, record.value};
    }
    command.environment = environment_of(variables_);
    command.inherit_environment = false;
    command.deadline = deadline_;
    command.on_output = relay_;
    command.on_error = relay_;
    return command;
}

async::Task<base::Result<void>> ExecProvider::call(std::string action,
                                                   ChallengeRecord record) const {
    base::Command command = command_for(action, record);
    const auto exit = co_await async::run_process(std::move(command));
    const std::string what =
        "the program of EXEC_PATH failed to " + action + " the record of " + record.domain;
    if (!exit) {
        // Its message names the program, whose path is a variable's value: only the reason is kept.
        const std::string& message = exit.error().message;
        const auto reason = message.rfind(": ");
        co_return base::fail(
            exit.error().kind, what + (reason == std::string::npos ? "" : message.substr(reason)),
            {"EXEC_PATH has to name a program that the user who runs this may start"});
    }
    if (exit->timed_out) {
        co_return base::fail(
            base::ErrorKind::timeout,
            what + ": it did not end within " + std::to_string(deadline_.count()) + " s");
    }
    if (exit->ok()) co_return base::Result<void>{};
    co_return base::fail(base::ErrorKind::rejected,
                         what + ": exit code " + std::to_string(exit->code));
}

}  // namespace dns::providers
