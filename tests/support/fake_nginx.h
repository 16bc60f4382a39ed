#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

#include "nginx/workers.h"
#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/temp_dir.h"

namespace test {

inline void make_executable(const std::filesystem::path& path, std::string_view script) {
    DokkuHost::write(path, script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

/// A `sudo` and an `nginx` first on the PATH; sudo writes its arguments down and ends as the script
/// says.
class FakeSudo {
  public:
    explicit FakeSudo(const std::string& script) : programs_("exit 1") {
        make_executable(programs_ / "sudo",
                        "#!/bin/sh\necho \"$@\" >>" + record().string() + "\n" + script + "\n");
        make_executable(nginx(), "#!/bin/sh\n");
    }
    std::filesystem::path nginx() const { return programs_ / "nginx"; }
    std::string asked() const {
        std::ifstream file{record()};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

  private:
    std::filesystem::path record() const { return programs_ / "record"; }

    FakePrograms programs_;
};

/// This process plays nginx.
class RunningNginx {
  public:
    explicit RunningNginx(const DokkuHost& host)
        : pid_file_(host.environment.nginx_folder.parent_path() / "nginx.pid") {
        DokkuHost::write(host.environment.nginx_folder.parent_path() / "nginx.conf",
                         "pid " + pid_file_.string() + ";\n");
        DokkuHost::write(pid_file_, std::to_string(::getpid()) + "\n");
    }
    void stop() const { std::filesystem::remove(pid_file_); }

  private:
    base::Path pid_file_;
};

/// Programs that a run calls, first on the PATH, each with a script of its own: `plugn`, `dokku`,
/// what `sudo nginx -t` does, and what Dokku has for a reload. What they are asked is written down,
/// a line each.
class FakeHostPrograms {
  public:
    explicit FakeHostPrograms(const DokkuHost& host) : programs_(writing("exit 0")) {
        make_executable(programs_ / "nginx", "#!/bin/sh\n");
        on_test("exit 0");
        on_reload("exit 0");
        host.set_property("--global", "nginx-service-command", (programs_ / "service").string(),
                          "nginx");
    }

    void on_test(const std::string& script) { put("sudo", script); }
    void on_reload(const std::string& script) { put("service", script); }
    void on_trigger(const std::string& script) { put("plugn", script); }

    std::string asked() const {
        std::ifstream file{programs_ / "asked"};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    /// How often.
    std::size_t asked(const std::string& what) const {
        const std::string all = asked();
        std::size_t count = 0;
        for (auto at = all.find(what); at != std::string::npos; at = all.find(what, at + 1))
            ++count;
        return count;
    }

  private:
    static std::string writing(const std::string& script) {
        return "echo \"${0##*/} $*\" >>\"${0%/*}/asked\"\n" + script;
    }
    void put(const std::string& name, const std::string& script) {
        std::filesystem::remove(programs_ / name);
        make_executable(programs_ / name, "#!/bin/sh\n" + writing(script) + "\n");
    }

    FakePrograms programs_;
};

/// A /proc with the processes of an nginx, which has two workers that take connections, and others.
struct NginxProcesses {
    TempDir folder;
    base::Path proc = folder / "proc";
    base::Path pid_file = folder / "nginx.pid";

    NginxProcesses() {
        DokkuHost::write(pid_file, "100\n");
        process("100", "1", "nginx: master process /usr/sbin/nginx");
        process("101", "100", "nginx: worker process");
        process("102", "100", "nginx: worker process");
        process("103", "100", "nginx: cache manager process");
        process("104", "100", "nginx: worker process is shutting down");
        process("201", "200", "nginx: worker process");  // of a container
        process("300", "1", "bash");
        DokkuHost::write(proc / "uptime", "1 1");
    }

    void process(const std::string& pid, const std::string& parent,
                 const std::string& title) const {
        DokkuHost::write(proc / pid / "stat", pid + " (a ) name) S " + parent + " 1 1 0 -1\n");
        DokkuHost::write(proc / pid / "cmdline", title + std::string(20, '\0'));
    }

    void end(const std::string& pid) const { std::filesystem::remove_all(proc / pid); }

    nginx::NginxWorkers look() const { return nginx::NginxWorkers::find(pid_file, proc); }
};

}  // namespace test
