#include "acme/identifier.h"

#include <algorithm>
#include <tuple>

#include "base/ip_address.h"
#include "base/text.h"
#include "json/value.h"

namespace acme {
namespace {

std::vector<Identifier> sorted(const std::vector<Identifier>& identifiers) {
    std::vector<Identifier> all;
    all.reserve(identifiers.size());
    for (const Identifier& one : identifiers)
        all.push_back(normalized(one));
    std::sort(all.begin(), all.end(), [](const Identifier& a, const Identifier& b) {
        return std::tie(a.type, a.value) < std::tie(b.type, b.value);
    });
    return all;
}

}  // namespace

Identifier to_identifier(std::string_view name) {
    if (auto address = base::to_canonical_ip(name)) return {"ip", std::move(*address)};
    return {"dns", base::to_lower(name)};
}

Identifier normalized(const Identifier& identifier) {
    if (identifier.type == "ip") {
        if (auto address = base::to_canonical_ip(identifier.value))
            return {"ip", std::move(*address)};
    }
    return {identifier.type, base::to_lower(identifier.value)};
}

bool same_identifiers(const std::vector<Identifier>& one, const std::vector<Identifier>& other) {
    return sorted(one) == sorted(other);
}

std::optional<Identifier> parse_identifier(std::string_view json) {
    const auto value = json::Value::parse(json);
    if (!value) return std::nullopt;
    auto type = value->string("type");
    auto text = value->string("value");
    if (!type || !text || text->empty()) return std::nullopt;
    return Identifier{std::move(*type), std::move(*text)};
}

}  // namespace acme
