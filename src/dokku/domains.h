#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace dokku {

/// The domains of an app as stored: the lines of VHOST but `_`, in their order, none while vhosts
/// are disabled. Not converted, not checked: a hand-edited line may hold any script. `io` if a file
/// is there but cannot be read.
base::Result<std::vector<std::string>> read_domains(const Environment& environment,
                                                    const AppName& app);

/// The pure part of read_domains.
std::vector<std::string> parse_vhost(std::string_view vhost);

/// One value of an ENV file (godotenv: `KEY=value`, quotes and `export ` allowed; the last line
/// that names the key counts). Nothing if it is not there.
std::optional<std::string> find_env_value(std::string_view env_file, std::string_view key);

}  // namespace dokku
