#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dokku/environment.h"

namespace subcommands {

struct HelpEntry {
    std::string_view command;      ///< `enable`
    std::string_view arguments;    ///< `<app> [--force]`
    std::string_view description;  ///< no comma: Dokku takes it for the end of a column
};

/// The one line for `dokku help`.
std::string help_summary();

/// The commands whose executable lies in `subcommands/`, sorted.
std::vector<HelpEntry> help_entries(const dokku::Environment& environment);

/// Lines for `dokku help --all`: four blanks (shell completion looks for them), one comma.
std::vector<std::string> render_help_lines(const std::vector<HelpEntry>& entries);

/// The whole text of `letsencrypt:help`, in columns.
std::vector<std::string> render_help(const std::vector<HelpEntry>& entries);

/// Was `dokku help --all` asked for? Only the command line of our parent tells.
bool parent_wants_all();

/// `column -t -s,` of lines with one comma each.
std::vector<std::string> to_columns(const std::vector<std::string>& lines);

}  // namespace subcommands
