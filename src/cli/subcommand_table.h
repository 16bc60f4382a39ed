#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"

namespace cli {

/// The switch of commands that cron starts: each line begins with its time.
inline constexpr std::string_view kTimestamps = "--timestamps";

/// Does its executable link a heavy room, as what talks to a CA does (docs/design.md 11)? The build
/// is told the same by LIGHT in triggers/CMakeLists.txt; tests/unit/cli/subcommand_table_test.cpp
/// compares them.
enum class Weight { light, heavy };

/// A public command: an executable in subcommands/.
struct Subcommand {
    std::string_view name;  ///< `enable`, as its executable is called
    Weight weight = Weight::light;
    std::string_view arguments{};    ///< `<app> [--force]`, in the list of commands
    std::string_view description{};  ///< there too; no comma: Dokku takes it for a column's end
    std::string_view about{};        ///< one paragraph for --help
    Syntax syntax{};
    /// The first line of --help where it says more than `letsencrypt:NAME ARGUMENTS`.
    std::string_view usage{};
};

/// All there are, sorted by name.
const std::vector<Subcommand>& all_subcommands();

/// Nothing if there is none of that name.
const Subcommand* find_subcommand(std::string_view name);

/// `letsencrypt:active <app>`, for --help.
std::string usage_of(const Subcommand& subcommand);

}  // namespace cli
