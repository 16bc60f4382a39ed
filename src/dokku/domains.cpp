#include "dokku/domains.h"

#include "base/file.h"
#include "base/text.h"

namespace dokku {
namespace {

std::string unquote(std::string_view value) {
    value = base::trim(value);
    const bool is_quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                           value.back() == value.front();
    return std::string{is_quoted ? value.substr(1, value.size() - 2) : value};
}

/// The app's environment: since Dokku 0.38 below LIB/config, before in the app's own folder.
base::Result<std::string> read_env_file(const Environment& environment, const AppName& app) {
    auto content = base::read_file(environment.lib_root / "config" / app.text() / "ENV");
    if (content || content.error().kind != base::ErrorKind::not_found) return content;
    content = base::read_file(environment.app_root(app) / "ENV");
    if (content || content.error().kind != base::ErrorKind::not_found) return content;
    return std::string{};
}

}  // namespace

std::optional<std::string> find_env_value(std::string_view env_file, std::string_view key) {
    constexpr std::string_view kExport = "export ";
    std::optional<std::string> found;
    for (std::string_view line : base::split_lines(env_file)) {
        line = base::trim(line);
        if (line.starts_with(kExport)) line = base::trim(line.substr(kExport.size()));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || base::trim(line.substr(0, equals)) != key) continue;
        found = unquote(line.substr(equals + 1));
    }
    return found;
}

std::vector<std::string> parse_vhost(std::string_view vhost) {
    std::vector<std::string> domains;
    for (std::string_view line : base::split_lines(vhost)) {
        line = base::trim(line);
        if (!line.empty() && line != "_") domains.emplace_back(line);
    }
    return domains;
}

base::Result<std::vector<std::string>> read_domains(const Environment& environment,
                                                    const AppName& app) {
    const auto vhost = base::read_file(environment.app_root(app) / "VHOST");
    if (!vhost) {
        if (vhost.error().kind == base::ErrorKind::not_found) return std::vector<std::string>{};
        return vhost.error();
    }
    const auto env_file = read_env_file(environment, app);
    if (!env_file) return env_file.error();
    if (find_env_value(*env_file, "NO_VHOST") == "1") return std::vector<std::string>{};
    return parse_vhost(*vhost);
}

}  // namespace dokku
