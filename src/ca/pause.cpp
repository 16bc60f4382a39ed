#include "ca/pause.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace ca {
namespace {

bool is_of_limit(std::string_view type) {
    return acme::short_type(type) == "rateLimited";
}

}  // namespace

bool is_pause(std::string_view words) {
    const std::string text = base::to_lower(without_link(words));
    const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    return has("paused") || has("unpause") || has("temporarily prevented");
}

bool is_pause(const acme::Problem& problem) {
    const bool whole = is_of_limit(problem.type) && is_pause(problem.detail);
    return whole || std::any_of(problem.subproblems.begin(), problem.subproblems.end(),
                                [](const acme::Subproblem& part) {
                                    return is_of_limit(part.type) && is_pause(part.detail);
                                });
}

std::string_view without_link(std::string_view words) {
    return words.substr(0, std::min(words.find("https://"), words.find("http://")));
}

}  // namespace ca
