#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace cli {

/// What the body of an executable gets.
struct Call {
    const dokku::Environment& environment;
    const dokku::Log& log;
    const Arguments& arguments;
};

/// A failure as Error is printed, message and steps, each line after ` !     ` on stderr. A body
/// that has told the operator everything itself returns an exit code.
using Body = std::function<base::Result<ExitCode>(const Call& call)>;

/// Further lines for --help, below the paragraph of the table.
using Details = std::vector<std::string> (*)();

/// Runs the subcommand of that name in the table (subcommand_table.h; a name that is not there is a
/// bug): argv[1] is the command's full name, `--help` and `-h` explain it. Where the plugin's
/// `install` never ran, a warning says so and the command does what it can. Returns the process's
/// exit code; the one catch of exceptions is here ("bug:", 70).
int run_subcommand(int argc, char** argv, std::string_view name, const Body& body,
                   Details details = nullptr);

/// Runs a hook: argv[1...] are its arguments. Never fails: what goes wrong is a warning on stderr,
/// since a non-zero exit would stop the hooks of the plugins after ours.
int run_hook(int argc, char** argv, const Body& body);

/// Runs an executable that is neither (`commands`, libexec workers): argv[1...] are its arguments,
/// exit codes as of a subcommand.
int run_plain(int argc, char** argv, const Body& body);

}  // namespace cli
