#include "dns/providers/exec_provider.h"

#include <cstdlib>

#include "base/process.h"
#include "base/text.h"

namespace dns::providers {
namespace {

/// For one call.
constexpr std::chrono::seconds kDeadline = std::chrono::minutes{5};

/// "" if it is not set.
std::string variable(const ExecProvider::Variables& variables, const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
}

std::chrono::seconds read_seconds(const ExecProvider::Variables& variables, const std::string& name,
                                  std::chrono::seconds otherwise,
                                  std::vector<std::string>& warnings) {
    const std::string text = variable(variables, name);
    if (text.empty()) return otherwise;
    const auto number = base::parse_integer(text);
    if (number && *number >= 0) return std::chrono::seconds{*number};
    warnings.push_back(name + " is not a whole number of seconds; " +
                       std::to_string(otherwise.count()) + " is used");
    return otherwise;
}

/// PATH and HOME of ours unless the provider has its own, and its variables.
std::vector<std::pair<std::string, std::string>> environment_of(
    const ExecProvider::Variables& variables) {
    std::vector<std::pair<std::string, std::string>> environment{variables.begin(),
                                                                 variables.end()};
    for (const char* name : {"PATH", "HOME"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && !variables.contains(name)) environment.emplace_back(name, value);
    }
    return environment;
}

}  // namespace

base::Result<std::unique_ptr<ExecProvider>> ExecProvider::open(Variables variables, LineSink relay,
                                                               std::vector<std::string>& warnings) {
    if (variable(variables, "EXEC_PATH").empty()) {
        return base::fail(base::ErrorKind::invalid_input,
                          "The DNS provider exec needs a program to call",
                          {"Set it with: dokku letsencrypt:set <app>|--global "
                           "dns-provider-EXEC_PATH /path/to/program"});
    }
    std::unique_ptr<ExecProvider> provider{
        new ExecProvider(std::move(variables), std::move(relay))};
    provider->timeout_ = read_seconds(provider->variables_, "EXEC_PROPAGATION_TIMEOUT",
                                      provider->timeout_, warnings);
    provider->interval_ =
        read_seconds(provider->variables_, "EXEC_POLLING_INTERVAL", provider->interval_, warnings);
    return provider;
}

base::Result<void> ExecProvider::present(const ChallengeRecord& record) {
    return call("present", record);
}

base::Result<void> ExecProvider::cleanup(const ChallengeRecord& record) {
    return call("cleanup", record);
}

base::Result<void> ExecProvider::call(const std::string& action,
                                      const ChallengeRecord& record) const {
    const std::string program = variable(variables_, "EXEC_PATH");
    base::Command command;
    if (variable(variables_, "EXEC_MODE") == "RAW") {
        command.argv = {program,       action,       "--",
                        record.domain, record.token, record.key_authorization};
    } else {
        command.argv = {program, action, record.name, record.value};
    }
    command.environment = environment_of(variables_);
    command.inherit_environment = false;
    command.deadline = kDeadline;
    command.on_output = relay_;
    command.on_error = relay_;

    const auto exit = base::run(command);
    const std::string what =
        "the program of EXEC_PATH failed to " + action + " the record of " + record.domain;
    if (!exit) {
        // Its message names the program, whose path is a variable's value: only the reason is kept.
        const std::string& message = exit.error().message;
        const auto reason = message.rfind(": ");
        return base::fail(
            exit.error().kind, what + (reason == std::string::npos ? "" : message.substr(reason)),
            {"EXEC_PATH has to name a program that the user who runs this may start"});
    }
    if (exit->timed_out) {
        return base::fail(base::ErrorKind::timeout, what + ": it did not end within " +
                                                        std::to_string(kDeadline.count()) + " s");
    }
    if (exit->ok()) return {};
    return base::fail(base::ErrorKind::rejected,
                      what + ": exit code " + std::to_string(exit->code));
}

}  // namespace dns::providers
