#include "simulation/simulated_dokku.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/process.h"
#include "dokku/app.h"
#include "dokku/domains.h"
#include "simulation/kernel/kernel.h"
#include "support/files.h"

namespace simulation {
namespace {

namespace fs = std::filesystem;

constexpr int kUnknownApp = 20;

std::string server_block(const std::vector<std::string>& listens,
                         const std::vector<std::string>& names,
                         const std::vector<std::string>& directives) {
    std::string text = "server {\n";
    for (const std::string& listen : listens)
        text += "  listen " + listen + ";\n";
    text += "  server_name";
    for (const std::string& name : names)
        text += " " + name;
    text += ";\n";
    for (const std::string& directive : directives)
        text += "  " + directive + "\n";
    return text + "}\n";
}

}  // namespace

void SimulatedDokku::take(int least_ms, int most_ms) {
    kernel().sleep_until(kernel().now() +
                         std::chrono::milliseconds{dice_.between(least_ms, most_ms)});
}

/// As a process of its own, whose end is waited for.
void SimulatedDokku::fire(const std::vector<std::string>& words, const std::string& mark) {
    base::Command command;
    command.argv = words;
    command.deadline = std::chrono::minutes{30};
    if (!mark.empty()) command.environment = {{"DOKKU_LETSENCRYPT_RUN", mark}};
    static_cast<void>(base::run(command));
}

int SimulatedDokku::run(const ProgramCall& call) {
    const auto& words = call.argv;
    const auto found = call.environment.find("DOKKU_LETSENCRYPT_RUN");
    const std::string mark = found == call.environment.end() ? "" : found->second;
    if (words.front() == "plugn") {
        return trigger({words.begin() + 2, words.end()}, mark);
    }
    if (words.back() == "-t") {
        take(20, 200);
        const auto refused = nginx_.test();
        if (refused) call.print(*refused);
        return refused ? 1 : 0;
    }
    if (words.back() == "reload") {
        take(20, 300);
        return nginx_.reload() ? 0 : 1;
    }
    return product_(words, mark);
}

int SimulatedDokku::trigger(const std::vector<std::string>& words, const std::string& mark) {
    take(20, 200);
    const std::string& name = words.front();
    const std::string app = words.size() > 1 ? words[1] : "";
    if (name == "proxy-build-config") return rebuild(app, mark);
    if (name == "post-certs-remove") fire({name, app}, mark);
    if (name == "post-domains-update") {
        fire({name, app}, mark);
        return rebuild(app, mark);
    }
    return 0;
}

std::vector<std::string> SimulatedDokku::apps() const {
    std::vector<std::string> names;
    const auto listed = dokku::list_all_apps(environment_);
    for (const auto& app : listed.value())
        names.push_back(app.text());
    return names;
}

bool SimulatedDokku::has_app(const std::string& app) const {
    return fs::is_directory(folder(app));
}

std::vector<std::string> SimulatedDokku::domains(const std::string& app) const {
    const auto text = base::read_file(folder(app) / "VHOST");
    return text ? dokku::parse_vhost(*text) : std::vector<std::string>{};
}

void SimulatedDokku::write_domains(const std::string& app,
                                   const std::vector<std::string>& domains) const {
    std::string text;
    for (const std::string& domain : domains)
        text += domain + "\n";
    test::write_file(folder(app) / "VHOST", text);
}

/// docs/dokku.md 7.1.
void SimulatedDokku::write_vhost(const std::string& app) {
    const auto names = domains(app);
    const base::Path root = folder(app);
    if (names.empty()) {
        fs::remove(root / "nginx.conf");
        return;
    }
    const std::string include = "include " + (root / "nginx.conf.d").string() + "/*.conf;";
    const base::Path tls = root / "tls";
    const bool has_pair = fs::exists(tls / "server.crt") && fs::exists(tls / "server.key");
    const std::string location = has_pair ? "location / { return 301 https://$host$request_uri; }"
                                          : "location / { proxy_pass http://" + app + "-5000; }";
    std::string text = server_block({"[::]:80", "80"}, names, {include, location});
    if (has_pair) {
        text += server_block({"[::]:443 ssl", "443 ssl"}, names,
                             {"ssl_certificate " + (tls / "server.crt").string() + ";",
                              "ssl_certificate_key " + (tls / "server.key").string() + ";", include,
                              "location / { proxy_pass http://" + app + "-5000; }"});
    }
    test::write_file(root / "nginx.conf", text);
}

int SimulatedDokku::rebuild(const std::string& app, const std::string& mark) {
    if (!has_app(app)) return kUnknownApp;
    take(300, 3000);
    if (!has_app(app)) return kUnknownApp;
    write_vhost(app);
    fire({"nginx-pre-reload", app}, mark);
    take(20, 200);
    if (nginx_.test()) return 1;
    return nginx_.reload() ? 0 : 1;
}

void SimulatedDokku::create(const std::string& app, const std::vector<std::string>& domains) {
    fs::create_directories(folder(app));
    write_domains(app, domains);
    rebuild(app);
}

void SimulatedDokku::add_domain(const std::string& app, const std::string& domain) {
    auto all = domains(app);
    if (!has_app(app) || std::find(all.begin(), all.end(), domain) != all.end()) return;
    all.push_back(domain);
    write_domains(app, all);
    fire({"post-domains-update", app, "add", domain});
    rebuild(app);
}

void SimulatedDokku::remove_domain(const std::string& app, const std::string& domain) {
    auto all = domains(app);
    if (std::erase(all, domain) == 0) return;
    write_domains(app, all);
    fire({"post-domains-update", app, "remove", domain});
    rebuild(app);
}

/// docs/dokku.md 6.2.
void SimulatedDokku::add_certificate(const std::string& app, const std::string& chain,
                                     const std::string& key) {
    if (!has_app(app)) return;
    const base::Path tls = folder(app) / "tls";
    fs::remove(tls / "server.crt");
    fs::remove(tls / "server.key");
    test::write_file(tls / "server.crt", chain);
    test::write_file(tls / "server.key", key);
    fire({"post-domains-update", app});
    rebuild(app);
}

void SimulatedDokku::remove_certificate(const std::string& app) {
    if (!has_app(app) || !fs::exists(folder(app) / "tls")) return;
    fs::remove_all(folder(app) / "tls");
    fire({"post-certs-remove", app});
    fire({"post-domains-update", app});
    rebuild(app);
}

void SimulatedDokku::deploy(const std::string& app) {
    take(2000, 60'000);
    rebuild(app);
    if (has_app(app)) fire({"post-deploy", app});
}

void SimulatedDokku::destroy(const std::string& app) {
    fire({"post-delete", app});
    take(100, 2000);
    fs::remove_all(folder(app));
    if (!nginx_.test()) nginx_.reload();
}

/// docs/dokku.md 5.3.
void SimulatedDokku::rename(const std::string& from, const std::string& to) {
    if (!has_app(from) || has_app(to)) return;
    fs::copy(folder(from), folder(to),
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    fire({"post-app-rename-setup", from, to});
    fs::remove(folder(to) / "nginx.conf");
    destroy(from);
    deploy(to);
}

}  // namespace simulation
