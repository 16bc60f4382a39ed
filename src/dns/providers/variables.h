#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dns::providers {

/// What `dns-provider-NAME` says, by NAME. No value comes into a message: they hold passwords.
using Variables = std::map<std::string, std::string>;

/// Gets each line that a program of the provider's prints, to stdout or stderr, as it is.
using LineSink = std::function<void(std::string_view line)>;

/// "" if it is not set.
std::string value_of(const Variables& variables, std::string_view name);

/// A whole number of seconds; `otherwise`, with a line in `warnings`, where it is none, and without
/// a line where it is not set.
std::chrono::seconds read_seconds(const Variables& variables, std::string_view name,
                                  std::string_view otherwise, std::vector<std::string>& warnings);

}  // namespace dns::providers
