#include "acme/problem.h"

#include "json/value.h"

namespace acme {
namespace {

constexpr std::string_view kAcmePrefix = "urn:ietf:params:acme:error:";
constexpr std::size_t kMostSubproblems = 1000;

std::optional<Identifier> identifier_of(const json::Value& object) {
    const auto member = object.find("identifier");
    return member ? parse_identifier(member->to_text()) : std::nullopt;
}

}  // namespace

bool Problem::is(std::string_view acme_type) const {
    return type.starts_with(kAcmePrefix) && short_type(type) == acme_type;
}

std::string_view short_type(std::string_view type) {
    if (type.starts_with(kAcmePrefix)) type.remove_prefix(kAcmePrefix.size());
    return type;
}

std::optional<Problem> parse_problem(std::string_view json, int http_status) {
    const auto object = json::Value::parse(json);
    if (!object || !object->is_object()) return std::nullopt;
    const auto type = object->string("type");
    const auto title = object->string("title");
    const auto detail = object->string("detail");
    if (!type && !title && !detail) return std::nullopt;

    Problem problem;
    problem.type = type.value_or("about:blank");  // RFC 7807 section 4.2
    problem.title = title.value_or("");
    problem.detail = detail.value_or("");
    const auto status = object->integer("status");
    const bool usable = status && *status >= 100 && *status <= 599;
    problem.status = usable ? static_cast<int>(*status) : http_status;
    problem.instance = object->string("instance").value_or("");
    problem.identifier = identifier_of(*object);
    const auto subproblems = object->find("subproblems");
    if (!subproblems) return problem;
    for (const json::Value& each : subproblems->elements()) {
        if (!each.is_object() || problem.subproblems.size() == kMostSubproblems) continue;
        problem.subproblems.push_back({each.string("type").value_or("about:blank"),
                                       each.string("detail").value_or(""), identifier_of(each)});
    }
    return problem;
}

}  // namespace acme
