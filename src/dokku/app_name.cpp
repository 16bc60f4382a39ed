#include "dokku/app_name.h"

#include <algorithm>

#include "base/text.h"

namespace dokku {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

base::Unexpected<base::Error> no_such_app(std::string_view name) {
    return base::fail(base::ErrorKind::unknown_app,
                      "App " + base::printable(name) + " does not exist");
}

base::Result<AppName> AppName::parse(std::string_view name) {
    const auto is_allowed = [](char c) {
        return is_lower_or_digit(c) || c == '.' || c == '-' || c == '_';
    };
    if (name.empty() || name.size() > kMaxNameBytes || !is_lower_or_digit(name.front()) ||
        !std::all_of(name.begin(), name.end(), is_allowed)) {
        return no_such_app(name);
    }
    return AppName{name};
}

}  // namespace dokku
