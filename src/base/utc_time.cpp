#include "base/utc_time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace base {
namespace {

/// Takes exactly `digits` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// `+hh:mm`, `-hh:mm` or `Z`.
std::optional<std::chrono::seconds> take_offset(std::string_view& text) {
    if (take_char(text, "Zz")) return std::chrono::seconds{0};
    const bool negative = !text.empty() && text.front() == '-';
    if (!take_char(text, "+-")) return std::nullopt;
    const auto hours = take_number(text, 2);
    if (!hours || !take_char(text, ":")) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const auto offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return negative ? -offset : offset;
}

}  // namespace

std::optional<UtcTime> make_utc_time(int year, int month, int day, int hour, int minute,
                                     int second) {
    // The calendar types hold one or two bytes: a number out of range would wrap into a valid one.
    if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    // 60 is a leap second: read as the first second of the next minute.
    if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60) {
        return std::nullopt;
    }
    return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
           std::chrono::minutes{minute} + std::chrono::seconds{second};
}

std::optional<UtcTime> parse_rfc3339(std::string_view text) {
    const auto year = take_number(text, 4);
    if (!year || !take_char(text, "-")) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take_char(text, "-")) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || !take_char(text, "Tt ")) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || !take_char(text, ":")) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || !take_char(text, ":")) return std::nullopt;
    const auto second = take_number(text, 2);
    if (!second) return std::nullopt;
    if (take_char(text, ".")) {
        if (!take_number(text, 1)) return std::nullopt;
        while (take_number(text, 1)) {
        }
    }
    const auto offset = take_offset(text);
    const auto local = make_utc_time(*year, *month, *day, *hour, *minute, *second);
    if (!offset || !local || !text.empty()) return std::nullopt;
    return *local - *offset;
}

std::optional<UtcTime> parse_http_date(std::string_view text) {
    const std::string copy{text};
    if (copy.find('\0') != std::string::npos) return std::nullopt;  // strptime would stop there
    for (const char* format :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::tm fields{};
        const char* end = strptime(copy.c_str(), format, &fields);
        if (end != nullptr && *end == '\0') {
            return make_utc_time(fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday,
                                 fields.tm_hour, fields.tm_min, fields.tm_sec);
        }
    }
    return std::nullopt;
}

namespace {

std::tm to_fields(UtcTime time, bool local) {
    const auto seconds = static_cast<std::time_t>(to_unix(time));
    std::tm fields{};
    if (local) {
        localtime_r(&seconds, &fields);
    } else {
        gmtime_r(&seconds, &fields);
    }
    return fields;
}

/// The fields as `2026-11-21T23:09:05` with `separator` between date and time.
std::string to_text(const std::tm& fields, char separator) {
    std::array<char, 64> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02d%c%02d:%02d:%02d",
                                     fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday,
                                     separator, fields.tm_hour, fields.tm_min, fields.tm_sec);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string to_rfc3339(UtcTime time) {
    return to_text(to_fields(time, false), 'T') + "Z";
}

std::string to_readable(UtcTime time) {
    constexpr std::size_t kUpToMinute = 16;
    return to_text(to_fields(time, false), ' ').substr(0, kUpToMinute) + " UTC";
}

std::string to_local(UtcTime time) {
    return to_text(to_fields(time, true), ' ');
}

}  // namespace base
