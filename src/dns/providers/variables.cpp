#include "dns/providers/variables.h"

#include "base/text.h"

namespace dns::providers {

std::string value_of(const Variables& variables, std::string_view name) {
    const auto found = variables.find(std::string{name});
    return found == variables.end() ? "" : found->second;
}

std::chrono::seconds read_seconds(const Variables& variables, std::string_view name,
                                  std::string_view otherwise, std::vector<std::string>& warnings) {
    const std::chrono::seconds fallback{base::parse_integer(otherwise).value_or(0)};
    const std::string text = value_of(variables, name);
    if (text.empty()) return fallback;
    const auto number = base::parse_integer(text);
    if (number && *number >= 0) return std::chrono::seconds{*number};
    warnings.push_back(std::string{name} + " is not a whole number of seconds; " +
                       std::string{otherwise} + " is used");
    return fallback;
}

}  // namespace dns::providers
