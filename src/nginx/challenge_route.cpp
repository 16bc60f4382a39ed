#include "nginx/challenge_route.h"

#include <algorithm>
#include <set>

#include "base/directory.h"
#include "base/text.h"

namespace nginx {
namespace {

// nginx's master reads these as root; other plugins of the host may look at them.
constexpr mode_t kFolder = 0755;
constexpr mode_t kFile = 0644;
constexpr std::string_view kTitle = "# letsencrypt: ACME challenge route of app ";
constexpr std::string_view kTitleEnd = "; written and removed by the plugin.";

std::string title(std::string_view app) {
    return std::string{kTitle} + std::string{app} + std::string{kTitleEnd} + "\n";
}

/// `^~` keeps an app's regex locations (dotfile rules, bot blockers) out. `return` answers before
/// nginx checks access, and the two directives keep that true for whatever an app adds.
constexpr std::string_view kLocation = R"(location ^~ /.well-known/acme-challenge/ {
    auth_basic off;
    allow all;
    default_type text/plain;
    location ~ "^/\.well-known/acme-challenge/([-_A-Za-z0-9]+)$" {
        return 200 "$1.THUMBPRINT";
    }
    return 404;
}
)";

std::string location(std::string_view thumbprint, std::string_view indent) {
    constexpr std::string_view kPlace = "THUMBPRINT";
    std::string text{kLocation};
    text.replace(text.find(kPlace), kPlace.size(), thumbprint);
    std::string indented;
    for (const std::string_view line : base::split_lines(text)) {
        indented += std::string{indent} + std::string{line} + "\n";
    }
    return indented;
}

std::vector<NginxServer> read_servers(const base::Path& file) {
    const auto text = base::read_file(file);
    if (!text) return {};
    const auto directives = parse_nginx_config(*text, file);
    return directives ? find_servers(*directives) : std::vector<NginxServer>{};
}

base::Result<bool> write_if_changed(const base::Path& file, const std::string& text) {
    const auto present = base::read_file(file);
    if (present && *present == text) return false;
    if (auto made = base::make_directories(file.parent_path(), kFolder); !made) {
        return std::move(made).error();
    }
    if (auto written = base::replace_file(file, text, kFile); !written) {
        return std::move(written).error();
    }
    return true;
}

base::Result<bool> remove_if_there(const base::Path& file) {
    if (!base::file_exists(file)) return false;
    if (auto removed = base::remove_file(file); !removed) return std::move(removed).error();
    return true;
}

/// Our server block without the names of `served`; the text is ours, so lines are enough.
base::Result<void> drop_names(const base::Path& block, const std::set<std::string>& served) {
    auto text = base::read_file(block);
    if (!text) return {};
    std::string result;
    bool any_left = false;
    for (const std::string_view line : base::split_lines(*text)) {
        const auto words = base::split_words(line);
        if (words.empty() || words.front() != "server_name") {
            result += std::string{line} + "\n";
            continue;
        }
        std::string kept;
        for (std::size_t i = 1; i < words.size(); ++i) {
            std::string_view name = words[i];
            if (name.ends_with(';')) name.remove_suffix(1);
            if (!name.empty() && !served.contains(std::string{name}))
                kept += " " + std::string{name};
        }
        any_left = !kept.empty();
        result += "    server_name" + kept + ";\n";
    }
    if (!any_left) return base::remove_file(block);
    return base::ensure_file(block, result, kFile);
}

}  // namespace

RouteFiles route_files(const dokku::Environment& environment, const dokku::AppName& app) {
    return route_files(environment, app, environment.app_root(app));
}

RouteFiles route_files(const dokku::Environment& environment, const dokku::AppName& app,
                       const base::Path& app_root) {
    return {app_root / "nginx.conf.d" / "letsencrypt.conf",
            environment.global_root() / "nginx" / (app.text() + ".conf")};
}

std::string render_route_snippet(std::string_view app, std::string_view thumbprint) {
    return title(app) + location(thumbprint, "");
}

std::string render_route_block(std::string_view app, std::string_view thumbprint,
                               const OwnServer& server) {
    std::string text = title(app) + "server {\n";
    for (const ListenPair& pair : server.listens)
        text += "    listen " + pair.to_string() + ";\n";
    text += "    server_name " + base::join(server.names, " ") + ";\n";
    text += location(thumbprint, "    ");
    return text + "    location / {\n        return 404;\n    }\n}\n";
}

std::string route_owner(std::string_view text) {
    if (!text.starts_with(kTitle)) return {};
    text.remove_prefix(kTitle.size());
    const auto end = text.find(kTitleEnd);
    return end == std::string_view::npos ? "" : std::string{text.substr(0, end)};
}

std::vector<std::string> names_on_port_80(const std::vector<NginxServer>& servers) {
    std::vector<std::string> names;
    for (const NginxServer& server : servers) {
        if (server.listens_on(80)) {
            names.insert(names.end(), server.names.begin(), server.names.end());
        }
    }
    return names;
}

base::Result<bool> write_route(const RouteFiles& files, std::string_view app,
                               std::string_view thumbprint, const OwnServer& server) {
    auto snippet = write_if_changed(files.snippet, render_route_snippet(app, thumbprint));
    if (!snippet) return snippet;
    auto block = server.names.empty()
                     ? remove_if_there(files.block)
                     : write_if_changed(files.block, render_route_block(app, thumbprint, server));
    if (!block) return block;
    return *snippet || *block;
}

base::Result<bool> replace_thumbprint(const RouteFiles& files, std::string_view old_thumbprint,
                                      std::string_view thumbprint) {
    bool changed = false;
    for (const base::Path& file : {files.snippet, files.block}) {
        if (!base::file_exists(file)) continue;
        auto text = base::read_file(file);
        if (!text) return std::move(text).error();
        const auto at = text->find(old_thumbprint);
        if (at == std::string::npos) continue;
        text->replace(at, old_thumbprint.size(), thumbprint);
        auto written = write_if_changed(file, *text);
        if (!written) return written;
        changed = changed || *written;
    }
    return changed;
}

bool has_route(const RouteFiles& files, std::string_view thumbprint) {
    const auto text = base::read_file(files.snippet);
    return text && text->find(thumbprint) != std::string::npos;
}

base::Result<bool> remove_route(const RouteFiles& files) {
    auto snippet = remove_if_there(files.snippet);
    if (!snippet) return snippet;
    auto block = remove_if_there(files.block);
    if (!block) return block;
    return *snippet || *block;
}

base::Result<void> heal_route(const RouteFiles& files, std::string_view app,
                              const base::Path& vhost, RouteUse use) {
    const auto snippet = base::read_file(files.snippet);
    const bool foreign = snippet && route_owner(*snippet) != app;
    if (snippet && (foreign || use == RouteUse::idle)) {
        if (auto removed = base::remove_file(files.snippet); !removed) return removed;
    }
    if (use == RouteUse::idle) return base::remove_file(files.block);
    if (!base::file_exists(files.block)) return {};
    const auto names = names_on_port_80(read_servers(vhost));
    return drop_names(files.block, {names.begin(), names.end()});
}

}  // namespace nginx
