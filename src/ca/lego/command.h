#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.h"

namespace ca {

/// The argument line that the official plugin gave to lego. It is kept because its hash names the
/// certificate folder (docs/dokku.md 10.4), so that both plugins find each other's files.
/// `domains` are those of the app as stored, in their order.
std::string render_lego_command(const settings::Settings& settings,
                                const std::vector<std::string>& domains);

/// The value of the last such flag in a line that lego was given (`--server`): a repeated flag
/// overrides.
std::optional<std::string> last_value_of(std::string_view lego_command, std::string_view flag);

/// SHA-1 hex of the line, a blank, lego-docker-options and a line end.
std::string config_hash(std::string_view lego_command, std::string_view docker_options);

}  // namespace ca
