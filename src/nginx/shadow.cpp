#include "nginx/shadow.h"

#include <algorithm>

#include "base/text.h"

namespace nginx {
namespace {

constexpr std::string_view kChallengePath = "/.well-known/acme-challenge/";
constexpr std::string_view kOwnFile = "letsencrypt.conf";

Shadow to_shadow(const NginxDirective& directive) {
    std::string text = directive.name;
    if (!directive.arguments.empty()) text += " " + base::join(directive.arguments, " ");
    return {base::printable(text, 100), directive.file, directive.line};
}

/// Directives of the rewrite phase, which come before any location.
const NginxDirective* find_rewrite(const std::vector<NginxDirective>& block) {
    for (const NginxDirective& directive : block) {
        if (directive.name == "return" || directive.name == "rewrite") return &directive;
        if (directive.name != "if") continue;
        if (const NginxDirective* inner = find_rewrite(directive.block)) return inner;
    }
    return nullptr;
}

bool answers_the_path(const NginxDirective& directive) {
    if (directive.name != "location" || directive.file.filename() == kOwnFile) return false;
    const auto& words = directive.arguments;
    if (words.empty()) return false;
    const std::string& path = words.back();
    const bool is_prefix = words.size() == 1 || words.front() == "^~" || words.front() == "=";
    return is_prefix && path.starts_with(kChallengePath.substr(0, kChallengePath.size() - 1));
}

const NginxDirective* find_location(const std::vector<NginxDirective>& block) {
    const auto found = std::find_if(block.begin(), block.end(), answers_the_path);
    return found == block.end() ? nullptr : &*found;
}

bool serves(const NginxDirective& server, std::string_view name) {
    const auto blocks = find_servers({server});
    return std::any_of(blocks.begin(), blocks.end(), [&](const NginxServer& block) {
        return block.listens_on(80) && (block.has_name(name) || block.has_wildcard_for(name));
    });
}

}  // namespace

std::string Shadow::place() const {
    return file.string() + ":" + std::to_string(line) + ": " + directive;
}

std::optional<Shadow> find_shadow(const std::vector<NginxDirective>& config,
                                  std::string_view name) {
    for (const NginxDirective& directive : config) {
        if (directive.name != "server" || !serves(directive, name)) continue;
        if (const auto* rewrite = find_rewrite(directive.block)) return to_shadow(*rewrite);
        if (const auto* location = find_location(directive.block)) return to_shadow(*location);
    }
    return std::nullopt;
}

}  // namespace nginx
