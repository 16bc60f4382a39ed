#pragma once

#include <optional>
#include <string_view>

#include "base/utc_time.h"
#include "json/value.h"
#include "json/writer.h"

namespace json {

/// A member that is a time as RFC 3339 writes it; nothing for what is none.
inline std::optional<base::UtcTime> read_time(const Value& object, std::string_view member) {
    const auto text = object.string(member);
    return text ? base::parse_rfc3339(*text) : std::nullopt;
}

inline void write_time(Writer& out, std::string_view member,
                       const std::optional<base::UtcTime>& time) {
    if (time) out.member(member, base::to_rfc3339(*time));
}

}  // namespace json
