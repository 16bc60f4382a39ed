#include "acme/authorization.h"

#include <algorithm>
#include <array>
#include <utility>

#include "acme/status_word.h"
#include "json/value.h"

namespace acme {
namespace {

constexpr std::size_t kMostChallenges = 100;

using StatusWord = std::pair<std::string_view, AuthorizationStatus>;
constexpr std::array kStatusWords{
    StatusWord{"pending", AuthorizationStatus::pending},
    StatusWord{"valid", AuthorizationStatus::valid},
    StatusWord{"invalid", AuthorizationStatus::invalid},
    StatusWord{"deactivated", AuthorizationStatus::deactivated},
    StatusWord{"expired", AuthorizationStatus::expired},
    StatusWord{"revoked", AuthorizationStatus::revoked},
};

}  // namespace

Identifier Authorization::ordered() const {
    Identifier whole = normalized(identifier);
    // Some CAs leave the `*.` in place although RFC 8555 section 7.1.4 takes it away.
    if (wildcard && !whole.value.starts_with("*.")) whole.value.insert(0, "*.");
    return whole;
}

const Challenge* Authorization::challenge(std::string_view type) const {
    const auto found =
        std::find_if(challenges.begin(), challenges.end(),
                     [&](const Challenge& challenge) { return challenge.type == type; });
    return found == challenges.end() ? nullptr : &*found;
}

base::Result<Authorization> parse_authorization(std::string_view json) {
    const auto object = json::Value::parse(json);
    if (!object) return object.error();
    const auto member = object->find("identifier");
    auto identifier = member ? parse_identifier(member->to_text()) : std::nullopt;
    if (!identifier) {
        return base::fail(base::ErrorKind::protocol, "the authorization has no identifier");
    }
    Authorization authorization;
    authorization.identifier = std::move(*identifier);
    const auto status = object->string("status");
    authorization.status = parse_word(status, kStatusWords);
    authorization.status_text = status.value_or("");
    authorization.wildcard = object->boolean("wildcard").value_or(false);
    const auto challenges = object->find("challenges");
    if (!challenges) return authorization;
    for (const json::Value& each : challenges->elements()) {
        auto challenge = parse_challenge(each.to_text());
        if (!challenge || authorization.challenges.size() == kMostChallenges) continue;
        authorization.challenges.push_back(std::move(*challenge));
    }
    return authorization;
}

}  // namespace acme
