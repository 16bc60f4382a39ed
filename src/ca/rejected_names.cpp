#include "ca/rejected_names.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "ca/mentions_name.h"
#include "ca/pause.h"
#include "dns/domain_name.h"

namespace ca {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_about_a_name(const acme::Problem& problem) {
    const std::string_view type = acme::short_type(problem.type);
    // Boulder, of a name beside the wildcard that covers it.
    const bool is_redundant = problem.detail.find("redundant with a wildcard") != std::string::npos;
    if (type == "malformed" && is_redundant) return true;
    return type == "rejectedIdentifier" || type == "unsupportedIdentifier" || type == "caa";
}

/// A wildcard is paused as the name that is validated for it.
bool mentions_name_of(std::string_view words, std::string_view name, bool pause) {
    return mentions_name(words, name) || (pause && mentions_name(words, dns::base_name_of(name)));
}

}  // namespace

std::vector<acme::Subproblem> rejected_names(const acme::Problem& problem,
                                             const std::vector<std::string>& ordered) {
    std::vector<acme::Subproblem> refused;
    for (const acme::Subproblem& part : problem.subproblems) {
        if (!part.identifier || !contains(ordered, part.identifier->value)) return {};
        refused.push_back(part);
    }
    const bool pause = is_pause(problem);
    if (!refused.empty() || (!is_about_a_name(problem) && !pause)) return refused;
    const std::string detail = base::to_lower(without_link(problem.detail));
    for (const std::string& name : ordered) {
        if (mentions_name_of(detail, name, pause)) {
            refused.push_back({problem.type, problem.detail, acme::Identifier{"dns", name}});
        }
    }
    return refused;
}

}  // namespace ca
