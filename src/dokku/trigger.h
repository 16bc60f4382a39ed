#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/property.h"

namespace dokku {

/// How to run something of Dokku's.
struct RunOptions {
    std::chrono::milliseconds deadline{std::chrono::minutes{10}};
    /// Called with each line. Unset: the lines are passed on to our own terminal (terminal.h).
    std::function<void(std::string_view line)> on_output;
    std::function<void(std::string_view line)> on_error;
};

/// `plugn trigger NAME ARGUMENTS...`. What it starts finds DOKKU_LETSENCRYPT_RUN=<scope>:<pid> and
/// so knows that it was us; `--app` and `--force` of our own command line are not handed on.
/// A trigger that no plugin implements ends with code 0. `io` or `not_found` if plugn cannot be
/// started.
base::Result<base::Exit> fire_trigger(const Environment& environment, const Scope& on_behalf_of,
                                      std::string_view name,
                                      const std::vector<std::string>& arguments,
                                      const RunOptions& options = {});

/// As fire_trigger, but an exit code other than 0 (`io`) and a passed deadline (`timeout`) are
/// failures as well.
base::Result<void> require_trigger(const Environment& environment, const Scope& on_behalf_of,
                                   std::string_view name, const std::vector<std::string>& arguments,
                                   const RunOptions& options = {});

/// What the trigger prints, one element per line. Fails as `require_trigger` does.
base::Result<std::vector<std::string>> ask_trigger(const Environment& environment,
                                                   const Scope& on_behalf_of, std::string_view name,
                                                   const std::vector<std::string>& arguments);

// For who has programs run in another way (programs/host_programs.h): what is run, and what came
// of it.

base::Command trigger_command(const Environment& environment, const Scope& on_behalf_of,
                              std::string_view name, const std::vector<std::string>& arguments,
                              const RunOptions& options = {});

/// For a trigger that is asked something: its lines go to `lines`, which outlives it.
RunOptions asking_options(std::vector<std::string>& lines);

/// What require_trigger says of a trigger that has ended so: `io`, `timeout`, or why it could not
/// be started.
base::Result<void> judge_trigger(const Scope& on_behalf_of, std::string_view name,
                                 const base::Result<base::Exit>& exit);

/// Has an enabled plugin (but 20_events, which only logs) this trigger? Costs no process.
bool has_trigger_file(const Environment& environment, std::string_view name);

/// The command both kinds of nested calls run: `argv` in Dokku's environment, marked as ours.
base::Command nested_command(const Environment& environment, const Scope& on_behalf_of,
                             std::vector<std::string> argv, const RunOptions& options);

}  // namespace dokku
