#include "acme/problem.h"

#include "json/value.h"
#include "json/writer.h"

namespace acme {
namespace {

constexpr std::string_view kAcmePrefix = "urn:ietf:params:acme:error:";
constexpr std::size_t kMostSubproblems = 1000;

std::optional<Identifier> identifier_of(const json::Value& object) {
    const auto member = object.find("identifier");
    return member ? parse_identifier(member->to_text()) : std::nullopt;
}

void write_text(json::Writer& out, std::string_view name, std::string_view value) {
    if (!value.empty()) out.member(name, value);
}

void write_identifier(json::Writer& out, const std::optional<Identifier>& identifier) {
    if (!identifier) return;
    out.key("identifier").begin_object();
    out.member("type", identifier->type).member("value", identifier->value);
    out.end_object();
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
                                       each.string("detail").value_or(""), identifier_of(each),
                                       each.string("instance").value_or("")});
    }
    return problem;
}

std::string to_text(const Problem& problem) {
    json::Writer out;
    out.begin_object();
    write_text(out, "type", problem.type);
    write_text(out, "title", problem.title);
    write_text(out, "detail", problem.detail);
    if (problem.status != 0) out.member("status", std::int64_t{problem.status});
    write_text(out, "instance", problem.instance);
    write_identifier(out, problem.identifier);
    if (!problem.subproblems.empty()) {
        out.key("subproblems").begin_array();
        for (const Subproblem& part : problem.subproblems) {
            out.begin_object();
            write_text(out, "type", part.type);
            write_text(out, "detail", part.detail);
            write_text(out, "instance", part.instance);
            write_identifier(out, part.identifier);
            out.end_object();
        }
        out.end_array();
    }
    out.end_object();
    return out.text();
}

}  // namespace acme
