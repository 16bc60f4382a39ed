#include "dokku/trigger.h"

#include <algorithm>
#include <unistd.h>

#include "base/directory.h"
#include "base/file.h"
#include "dokku/terminal.h"

namespace dokku {
namespace {

std::string describe(const base::Exit& exit) {
    return exit.timed_out ? "was stopped after its deadline"
                          : "ended with exit code " + std::to_string(exit.code);
}

/// A stream that we handed on as it is would hold the program for as long as its reader does not
/// read, or kill it once that is closed: half of a vhost's rebuild.
std::function<void(std::string_view line)> pass_on_to(Stream stream) {
    return [stream](std::string_view line) {
        standard_terminal().write(stream, std::string{line} + "\n");
    };
}

}  // namespace

base::Command nested_command(const Environment& environment, const Scope& on_behalf_of,
                             std::vector<std::string> argv, const RunOptions& options) {
    base::Command command;
    command.argv = std::move(argv);
    // Inside a run the first mark stays: it names the process that holds the locks.
    const std::string run = environment.run.empty()
                                ? on_behalf_of.text() + ":" + std::to_string(::getpid())
                                : environment.run;
    command.environment = {{"DOKKU_LETSENCRYPT_RUN", run},
                           {"PLUGIN_PATH", environment.plugins_enabled.parent_path().string()}};
    // `--app` and `--force` were meant for us: core commands would put the app in front of their
    // own arguments and destroy without asking (docs/dokku.md 2.3).
    command.without_environment = {"DOKKU_APP_NAME", "DOKKU_APPS_FORCE_DELETE"};
    command.deadline = options.deadline;
    command.on_output = options.on_output ? options.on_output : pass_on_to(Stream::out);
    command.on_error = options.on_error ? options.on_error : pass_on_to(Stream::err);
    return command;
}

base::Command trigger_command(const Environment& environment, const Scope& on_behalf_of,
                              std::string_view name, const std::vector<std::string>& arguments,
                              const RunOptions& options) {
    std::vector<std::string> argv{"plugn", "trigger", std::string{name}};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return nested_command(environment, on_behalf_of, std::move(argv), options);
}

RunOptions asking_options(std::vector<std::string>& lines) {
    RunOptions options;
    options.deadline = std::chrono::minutes{1};
    options.on_output = [&lines](std::string_view line) { lines.emplace_back(line); };
    return options;
}

base::Result<base::Exit> fire_trigger(const Environment& environment, const Scope& on_behalf_of,
                                      std::string_view name,
                                      const std::vector<std::string>& arguments,
                                      const RunOptions& options) {
    return base::run(trigger_command(environment, on_behalf_of, name, arguments, options));
}

base::Result<void> judge_trigger(const Scope& on_behalf_of, std::string_view name,
                                 const base::Result<base::Exit>& exit) {
    if (!exit) return exit.error();
    if (exit->ok()) return {};
    return base::fail(
        exit->timed_out ? base::ErrorKind::timeout : base::ErrorKind::io,
        "The trigger " + std::string{name} + " for " + on_behalf_of.text() + " " + describe(*exit));
}

base::Result<void> require_trigger(const Environment& environment, const Scope& on_behalf_of,
                                   std::string_view name, const std::vector<std::string>& arguments,
                                   const RunOptions& options) {
    return judge_trigger(on_behalf_of, name,
                         fire_trigger(environment, on_behalf_of, name, arguments, options));
}

base::Result<std::vector<std::string>> ask_trigger(const Environment& environment,
                                                   const Scope& on_behalf_of, std::string_view name,
                                                   const std::vector<std::string>& arguments) {
    std::vector<std::string> lines;
    const auto done =
        require_trigger(environment, on_behalf_of, name, arguments, asking_options(lines));
    if (!done) return done.error();
    return lines;
}

bool has_trigger_file(const Environment& environment, std::string_view name) {
    const auto plugins = base::list_directory(environment.plugins_enabled);
    if (!plugins) return false;
    return std::any_of(plugins->begin(), plugins->end(), [&](const std::string& plugin) {
        return plugin != "20_events" &&
               base::file_exists(environment.plugins_enabled / plugin / name);
    });
}

}  // namespace dokku
