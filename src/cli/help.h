#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/subcommand_table.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace cli {

/// Prints the whole text of `letsencrypt:help`.
void print_help(const dokku::Environment& environment, const dokku::Log& log);

/// What the trigger `commands` is asked: `letsencrypt:help`, and `help`, for which it prints its
/// one line, or with `dokku help --all` a line for each subcommand. `not_ours` for any other word.
ExitCode answer_word(const dokku::Environment& environment, const dokku::Log& log,
                     std::string_view word);

/// The one line for `dokku help`.
std::string help_summary();

/// The subcommands whose executable lies in `subcommands/`, sorted.
std::vector<Subcommand> installed_subcommands(const dokku::Environment& environment);

/// Lines for `dokku help --all`: four blanks (shell completion looks for them), one comma.
std::vector<std::string> render_help_lines(const std::vector<Subcommand>& subcommands);

/// The whole text of `letsencrypt:help`, in columns.
std::vector<std::string> render_help(const std::vector<Subcommand>& subcommands);

/// `column -t -s,` of lines with one comma each.
std::vector<std::string> to_columns(const std::vector<std::string>& lines);

}  // namespace cli
