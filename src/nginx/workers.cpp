#include "nginx/workers.h"

#include <algorithm>

#include "base/directory.h"
#include "base/text.h"

namespace nginx {
namespace {

constexpr const char* kDefaultPidFile = "/run/nginx.pid";

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The parent in a line of /proc/PID/stat (proc(5)): the second field after the name, which stands
/// in parentheses and may hold any character.
std::string_view parent_in(std::string_view stat) {
    const auto name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return {};
    const auto fields = base::split(base::trim(stat.substr(name_end + 1)), ' ');
    return fields.size() > 1 ? fields[1] : std::string_view{};
}

/// The title that nginx gives a worker: another one while it shuts down, and none once it ended.
bool takes_connections(const base::Path& process) {
    const auto title = base::read_file(process / "cmdline");
    return title && std::string_view{*title}.starts_with("nginx: worker process") &&
           title->find("is shutting down") == std::string::npos;
}

}  // namespace

base::Path nginx_pid_file(const std::vector<NginxDirective>& directives) {
    const auto found =
        std::find_if(directives.begin(), directives.end(), [](const NginxDirective& one) {
            return one.name == "pid" && one.arguments.size() == 1 &&
                   one.arguments.front().starts_with('/');
        });
    return found == directives.end() ? kDefaultPidFile : found->arguments.front();
}

NginxWorkers NginxWorkers::find(const base::Path& pid_file, base::Path proc) {
    std::vector<std::string> workers;
    const auto text = base::read_file(pid_file);
    const std::string_view master = text ? base::trim(*text) : std::string_view{};
    const auto entries = base::list_directory(proc);
    if (is_number(master) && entries) {
        for (const std::string& entry : *entries) {
            if (!is_number(entry)) continue;
            const auto stat = base::read_file(proc / entry / "stat");
            if (!stat || parent_in(*stat) != master) continue;
            if (takes_connections(proc / entry)) workers.push_back(entry);
        }
    }
    return {std::move(workers), std::move(proc)};
}

bool NginxWorkers::retired() const {
    return std::none_of(pids_.begin(), pids_.end(),
                        [this](const std::string& pid) { return takes_connections(proc_ / pid); });
}

}  // namespace nginx
