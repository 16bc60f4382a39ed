#include "base/duration_text.h"

#include <array>
#include <utility>

namespace base {

std::string to_duration_text(std::chrono::seconds duration) {
    constexpr std::array<std::pair<long long, char>, 4> kUnits{
        {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}}};
    const bool is_past = duration.count() < 0;
    long long left = is_past ? -duration.count() : duration.count();
    std::string text;
    for (const auto& [seconds, unit] : kUnits) {
        const long long whole = left / seconds;
        left %= seconds;
        if (whole == 0) continue;
        if (!text.empty()) text += ", ";
        text += std::to_string(whole) + unit;
    }
    return is_past ? text + " ago" : text;
}

}  // namespace base
