#include "nginx/service.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

#include "base/directory.h"
#include "base/text.h"
#include "nginx/config.h"
#include "nginx/workers.h"

namespace nginx {
namespace {

constexpr std::chrono::seconds kDeadline{60};

bool is_executable(const char* path) {
    return ::access(path, X_OK) == 0;
}

/// nginx as Dokku found it when it wrote the sudoers file: `command -v nginx`.
std::string nginx_path() {
    const char* path = std::getenv("PATH");
    for (const std::string_view folder : base::split(path == nullptr ? "" : path, ':')) {
        std::string candidate = std::string{folder} + "/nginx";
        if (folder.starts_with('/') && is_executable(candidate.c_str())) return candidate;
    }
    return is_executable("/usr/bin/openresty") ? "/usr/bin/openresty" : "/usr/sbin/nginx";
}

base::Result<void> run(NginxCall& call) {
    const auto exit = base::run(command_of(call));
    if (!exit) return exit.error();
    call.exit = *exit;
    return {};
}

std::string describe(const NginxCall& call) {
    std::string message = base::join(call.argv, " ") + ": ";
    if (call.exit.timed_out) {
        message += "no end within a minute";
    } else {
        message += "exit code " + std::to_string(call.exit.code);
    }
    const std::string words = base::printable(base::trim(call.printed));
    return words.empty() ? message : message + ": " + words;
}

/// sudo itself speaks (`sudo: a password is required`), not the program that it was to start.
bool is_refused_by_sudo(const std::string& text) {
    const auto lines = base::split_lines(text);
    return std::any_of(lines.begin(), lines.end(),
                       [](std::string_view line) { return line.starts_with("sudo: "); });
}

base::Unexpected<base::Error> refused_by_sudo(const NginxCall& call) {
    return base::fail(base::ErrorKind::io, describe(call),
                      {"Dokku's sudo rules for nginx are in /etc/sudoers.d/dokku-nginx; "
                       "`sudo dokku plugin:install --core` writes them again."});
}

/// ID of /etc/os-release.
std::string this_distro() {
    const auto release = base::read_file("/etc/os-release", 64UL << 10U);
    if (!release) return {};
    for (std::string_view line : base::split_lines(*release)) {
        if (!line.starts_with("ID=")) continue;
        line.remove_prefix(3);
        while (!line.empty() && (line.front() == '"' || line.front() == '\''))
            line.remove_prefix(1);
        while (!line.empty() && (line.back() == '"' || line.back() == '\''))
            line.remove_suffix(1);
        return std::string{line};
    }
    return {};
}

ReloadFacts read_facts(const dokku::Environment& environment, const dokku::Scope& scope) {
    const dokku::PropertyStore nginx{environment, "nginx"};
    ReloadFacts facts;
    facts.service_command = nginx.get(scope, "nginx-service-command").value_or("");
    if (facts.service_command.empty()) {
        facts.service_command =
            nginx.get(dokku::Scope::global(), "nginx-service-command").value_or("");
    }
    facts.distro = environment.distro.empty() ? this_distro() : environment.distro;
    facts.init_system = environment.init_system;
    facts.openresty = is_executable("/usr/bin/openresty");
    for (const char* path : {"/usr/bin/systemctl", "/bin/systemctl"}) {
        if (facts.systemctl.empty() && is_executable(path)) facts.systemctl = path;
    }
    facts.has_sv = is_executable("/usr/bin/sv");
    return facts;
}

/// A complaint without place is about a file that it names: `cannot load certificate "/..."`.
std::string_view quoted_file(std::string_view words) {
    const auto start = words.find("\"/");
    if (start == std::string_view::npos) return {};
    words.remove_prefix(start + 1);
    const auto end = words.find('"');
    return end == std::string_view::npos ? std::string_view{} : words.substr(0, end);
}

}  // namespace

std::string NginxComplaint::place() const {
    return line == 0 ? file.string() : file.string() + ":" + std::to_string(line);
}

std::optional<NginxComplaint> parse_complaint(std::string_view output) {
    constexpr std::string_view kMark = "[emerg]";
    for (const std::string_view line : base::split_lines(output)) {
        const auto mark = line.find(kMark);
        if (mark == std::string_view::npos) continue;
        std::string_view words = base::trim(line.substr(mark + kMark.size()));
        // In an error log the process stands in front: `12#12: words`.
        const auto hash = words.find('#');
        const auto colon = words.find(": ");
        if (hash != std::string_view::npos && colon != std::string_view::npos && hash < colon &&
            words.find_first_not_of("0123456789#") == colon) {
            words.remove_prefix(colon + 2);
        }
        NginxComplaint complaint{base::printable(words), {}, 0};
        const auto in = words.rfind(" in ");
        const auto last = words.rfind(':');
        if (in != std::string_view::npos && last != std::string_view::npos && last > in) {
            if (const auto number = base::parse_integer(words.substr(last + 1))) {
                complaint.message = base::printable(words.substr(0, in));
                complaint.file = words.substr(in + 4, last - in - 4);
                complaint.line = static_cast<int>(*number);
            }
        }
        if (complaint.file.empty()) complaint.file = quoted_file(words);
        return complaint;
    }
    return std::nullopt;
}

std::string app_of_file(const base::Path& root, const base::Path& file) {
    const std::string folder = root.string() + "/";
    const std::string path = file.string();
    if (!path.starts_with(folder)) return {};
    const auto end = path.find('/', folder.size());
    return end == std::string::npos ? "" : path.substr(folder.size(), end - folder.size());
}

std::vector<std::string> reload_command(const ReloadFacts& facts) {
    if (!facts.service_command.empty()) {
        std::vector<std::string> argv;
        for (const auto word : base::split_words(facts.service_command))
            argv.emplace_back(word);
        argv.emplace_back("reload");
        return argv;
    }
    const std::string service = facts.openresty ? "openresty" : "nginx";
    std::vector<std::string> systemctl{"sudo", facts.systemctl, "reload", service};
    std::vector<std::string> sv{"sudo", "/usr/bin/sv", "reload", service};
    if (facts.distro == "debian" || facts.distro == "raspbian") {
        if (!facts.systemctl.empty()) return systemctl;
        return {"sudo", "/usr/sbin/invoke-rc.d", service, "reload"};
    }
    if (facts.distro == "ubuntu") {
        if (facts.init_system == "sv") return sv;
        if (!facts.systemctl.empty()) return systemctl;
        if (facts.has_sv) return sv;
        return {"sudo", "/etc/init.d/" + service, "reload"};
    }
    if (facts.distro == "arch") {
        return {"sudo", facts.systemctl.empty() ? "/usr/bin/systemctl" : facts.systemctl, "reload",
                service};
    }
    return {};
}

base::Command command_of(NginxCall& call) {
    const auto collect = [&call](std::string_view line) {
        call.printed += line;
        call.printed += '\n';
    };
    base::Command command;
    command.argv = call.argv;
    command.deadline = kDeadline;
    command.on_output = collect;
    command.on_error = collect;
    return command;
}

NginxCall NginxService::test_call() {
    return {.argv = {"sudo", nginx_path(), "-t"}};
}

base::Result<std::optional<NginxComplaint>> NginxService::judge_test(const NginxCall& call) {
    if (call.exit.ok()) return std::optional<NginxComplaint>{};
    if (auto complaint = parse_complaint(call.printed)) return complaint;
    if (is_refused_by_sudo(call.printed)) return refused_by_sudo(call);
    return base::fail(base::ErrorKind::io, describe(call));
}

base::Result<std::optional<NginxComplaint>> NginxService::test() {
    NginxCall call = test_call();
    if (auto done = run(call); !done) return std::move(done).error();
    return judge_test(call);
}

base::Result<NginxCall> NginxService::reload_call(const dokku::Scope& scope) const {
    auto argv = reload_command(read_facts(environment_, scope));
    if (argv.empty()) {
        return base::fail(base::ErrorKind::io,
                          "Dokku knows no way to reload nginx on this distribution",
                          {"Set one: dokku nginx:set --global nginx-service-command <command>"});
    }
    return NginxCall{.argv = std::move(argv)};
}

base::Result<void> NginxService::judge_reload(const NginxCall& call) const {
    if (call.exit.ok()) return {};
    if (is_refused_by_sudo(call.printed)) return refused_by_sudo(call);
    if (!is_running()) {
        return base::fail(base::ErrorKind::io, "nginx does not run",
                          {"Start it with: dokku nginx:start"});
    }
    return base::fail(base::ErrorKind::rejected, describe(call));
}

base::Result<void> NginxService::reload(const dokku::Scope& scope) const {
    auto call = reload_call(scope);
    if (!call) return std::move(call).error();
    if (auto done = run(*call); !done) return done;
    return judge_reload(*call);
}

bool NginxService::is_running() const {
    // nginx.conf lies beside the folder of what it includes.
    const base::Path config = environment_.nginx_folder.parent_path() / "nginx.conf";
    const auto pid = base::read_file(nginx_pid_file(read_nginx_config(config)));
    const std::string number{pid ? base::trim(*pid) : std::string_view{}};
    return !number.empty() && base::directory_exists(base::Path{"/proc"} / number);
}

}  // namespace nginx
