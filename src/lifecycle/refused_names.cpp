#include "lifecycle/refused_names.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "lifecycle/said.h"

namespace lifecycle {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_about_a_name(const acme::Problem& problem) {
    const std::string_view type = acme::short_type(problem.type);
    return type == "rejectedIdentifier" || type == "unsupportedIdentifier" || type == "caa";
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
