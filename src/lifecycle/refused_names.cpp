#include "lifecycle/refused_names.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace lifecycle {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_about_a_name(const acme::Problem& problem) {
    const std::string_view type = acme::short_type(problem.type);
    return type == "rejectedIdentifier" || type == "unsupportedIdentifier" || type == "caa";
}

/// Could it be part of a name? `*` so that `*.x.test` does not speak of `.x.test`.
bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '*' ||
           c == '_';
}

/// `x.test` is said in `for "x.test": ...` and in `x.test.`, but not in `www.x.test`.
bool is_said(const std::string& text, const std::string& name) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const auto end = at + name.size();
        const bool starts = at == 0 || !is_of_name(text[at - 1]);
        const bool full_stop = end < text.size() && text[end] == '.' &&
                               (end + 1 == text.size() || !is_of_name(text[end + 1]));
        const bool ends = end == text.size() || !is_of_name(text[end]) || full_stop;
        if (starts && ends) return true;
    }
    return false;
}

}  // namespace

std::vector<acme::Subproblem> refused_names(const acme::Problem& problem,
                                            const std::vector<std::string>& ordered) {
    std::vector<acme::Subproblem> refused;
    for (const acme::Subproblem& part : problem.subproblems) {
        if (!part.identifier || !contains(ordered, part.identifier->value)) return {};
        refused.push_back(part);
    }
    if (!refused.empty() || !is_about_a_name(problem)) return refused;
    const std::string detail = base::to_lower(problem.detail);
    for (const std::string& name : ordered) {
        if (is_said(detail, name)) {
            refused.push_back({problem.type, problem.detail, acme::Identifier{"dns", name}});
        }
    }
    return refused;
}

}  // namespace lifecycle
