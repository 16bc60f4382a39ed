#include "simulation/simulated_nginx.h"

#include <algorithm>

#include "base/file.h"
#include "crypto/certificate.h"
#include "crypto/served_pair.h"

namespace simulation {
namespace {

using nginx::NginxDirective;

void collect_servers(const std::vector<NginxDirective>& directives,
                     std::vector<const NginxDirective*>& servers) {
    for (const NginxDirective& one : directives) {
        if (one.name == "server") {
            servers.push_back(&one);
        } else {
            collect_servers(one.block, servers);
        }
    }
}

/// The thumbprint that the challenge's location answers with; "" without one.
std::string thumbprint_in(const std::vector<NginxDirective>& directives) {
    constexpr std::string_view kToken = "$1.";
    for (const NginxDirective& one : directives) {
        const bool answers = one.name == "return" && one.arguments.size() == 2 &&
                             one.arguments[1].starts_with(kToken);
        if (answers) return one.arguments[1].substr(kToken.size());
        std::string below = thumbprint_in(one.block);
        if (!below.empty()) return below;
    }
    return {};
}

std::string first_argument(const NginxDirective& server, std::string_view name) {
    for (const NginxDirective& one : server.block) {
        if (one.name == name && !one.arguments.empty()) return one.arguments.front();
    }
    return {};
}

std::string cannot_load(const base::Path& file) {
    return "cannot load certificate \"" + file.string() +
           "\": BIO_new_file() failed (SSL: error:80000002:system library::No such file or "
           "directory:calling fopen(" +
           file.string() + ", r) error:10000080:BIO routines::no such file)";
}

}  // namespace

bool LoadedPair::covers(const std::string& name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string SimulatedNginx::app_of(const base::Path& file) const {
    const std::string folder = root_.string() + "/";
    if (!file.string().starts_with(folder)) return file.stem();
    const std::string rest = file.string().substr(folder.size());
    return rest.substr(0, rest.find('/'));
}

std::optional<SimulatedNginx::Refusal> SimulatedNginx::read_pair(const std::string& app,
                                                                 const base::Path& certificate,
                                                                 const base::Path& key,
                                                                 LoadedConfig& config) {
    const auto chain_text = base::read_file(certificate);
    if (!chain_text) return Refusal{app, cannot_load(certificate)};
    const auto key_text = base::read_file(key);
    if (!key_text) {
        return Refusal{app, "cannot load certificate key \"" + key.string() +
                                "\": BIO_new_file() failed (SSL: error:80000002:system library::No "
                                "such file or directory)"};
    }
    const auto [known, is_new] = known_.try_emplace({*chain_text, *key_text});
    if (is_new) {
        const auto leaf = crypto::Certificate::parse_pem(*chain_text);
        if (!crypto::check_served_pair(*chain_text, *key_text) || !leaf) {
            known_.erase(known);
            return Refusal{app,
                           "SSL_CTX_use_PrivateKey(\"" + key.string() +
                               "\") failed (SSL: error:05800074:x509 certificate routines::key "
                               "values mismatch)"};
        }
        known->second = {*chain_text, leaf->fingerprint(), leaf->names(), leaf->not_before(),
                         leaf->not_after()};
    }
    config.pairs[app] = known->second;
    return std::nullopt;
}

std::optional<SimulatedNginx::Refusal> SimulatedNginx::read_server(const NginxDirective& server,
                                                                   LoadedConfig& config) {
    const std::string app = app_of(server.file);
    bool is_plain = false;
    bool is_tls = false;
    std::vector<std::string> names;
    for (const NginxDirective& one : server.block) {
        if (one.name == "server_name") names = one.arguments;
        if (one.name != "listen") continue;
        const bool has_ssl =
            std::find(one.arguments.begin(), one.arguments.end(), "ssl") != one.arguments.end();
        (has_ssl ? is_tls : is_plain) = true;
    }
    for (const std::string& name : names) {
        // Of two blocks with a name nginx takes the first.
        if (is_plain) config.routes.try_emplace(name, thumbprint_in(server.block));
        if (is_tls) config.https.try_emplace(name, app);
    }
    if (!is_tls) return std::nullopt;
    return read_pair(app, first_argument(server, "ssl_certificate"),
                     first_argument(server, "ssl_certificate_key"), config);
}

std::optional<SimulatedNginx::Refusal> SimulatedNginx::read(LoadedConfig& config) {
    const auto directives = nginx::read_nginx_config(main_);
    std::vector<const NginxDirective*> servers;
    collect_servers(directives, servers);
    for (const NginxDirective* server : servers) {
        if (auto refusal = read_server(*server, config)) return refusal;
    }
    return std::nullopt;
}

std::optional<std::string> SimulatedNginx::test() {
    LoadedConfig config;
    const auto refusal = read(config);
    if (!refusal) return std::nullopt;
    if (on_refusal) on_refusal(refusal->app, refusal->words);
    return "nginx: [emerg] " + refusal->words;
}

bool SimulatedNginx::reload() {
    LoadedConfig config;
    if (const auto refusal = read(config)) {
        if (on_refusal) on_refusal(refusal->app, refusal->words);
        return false;
    }
    const LoadedConfig before = std::exchange(loaded_, std::move(config));
    if (on_load) on_load(before, loaded_);
    return true;
}

std::optional<std::string> SimulatedNginx::answer_challenge(const std::string& name,
                                                            const std::string& token) const {
    const auto route = loaded_.routes.find(name);
    if (route == loaded_.routes.end() || route->second.empty()) return std::nullopt;
    return token + "." + route->second;
}

std::optional<std::string> SimulatedNginx::shown_for(const std::string& name) const {
    if (loaded_.pairs.empty()) return std::nullopt;
    const auto found = loaded_.https.find(name);
    const std::string app =
        found == loaded_.https.end() ? loaded_.pairs.begin()->first : found->second;
    return loaded_.pairs.at(app).chain_pem;
}

}  // namespace simulation
