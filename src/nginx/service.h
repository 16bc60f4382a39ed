#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/process.h"
#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/property.h"

namespace nginx {

/// Why nginx refuses its configuration.
struct NginxComplaint {
    std::string message;  ///< nginx's own words, without file and line
    base::Path file;      ///< where, or the file it cannot load; empty if nginx named none
    int line = 0;         ///< 0 if nginx named none

    /// `file:line`, `file` or nothing.
    std::string place() const;
};

/// Reads the `[emerg]` line of `nginx -t` or of an error log. Nothing if there is none.
std::optional<NginxComplaint> parse_complaint(std::string_view output);

/// The app whose folder holds the file (`ROOT/APP/...`); empty for any other file.
std::string app_of_file(const base::Path& root, const base::Path& file);

/// What decides how Dokku reloads nginx (docs/dokku.md 7.3).
struct ReloadFacts {
    std::string service_command;  ///< property nginx-service-command, else empty
    std::string distro;
    std::string init_system;
    bool openresty = false;  ///< /usr/bin/openresty is there
    std::string systemctl;   ///< its path, empty if it is not there
    bool has_sv = false;     ///< /usr/bin/sv is there
};

/// The command line that the sudoers file of Dokku allows; empty where Dokku reloads nothing.
std::vector<std::string> reload_command(const ReloadFacts& facts);

/// A program that is asked something of nginx, what it has printed on both streams, and how it
/// ended.
struct NginxCall {
    std::vector<std::string> argv;
    std::string printed{};
    base::Exit exit{};
};

/// How to run the call. What is printed goes into it, so it stays where it is until then; `exit` is
/// set by what runs the command.
base::Command command_of(NginxCall& call);

/// This host's nginx, by the command lines that Dokku's sudoers file allows. Light executables have
/// it run here; heavy ones run the calls themselves (programs/host_programs.h).
class NginxService {
  public:
    explicit NginxService(const dokku::Environment& environment) : environment_(environment) {}

    /// `nginx -t`. A complaint is an answer; `io` if it could not be asked (the message says why).
    static base::Result<std::optional<NginxComplaint>> test();
    static NginxCall test_call();
    static base::Result<std::optional<NginxComplaint>> judge_test(const NginxCall& call);

    /// Returns before the new workers serve: a look at what is served has to poll. `rejected` with
    /// what was printed if a running nginx was asked and did not do it, `io` if it could not be
    /// asked: sudo refuses, or it does not run.
    base::Result<void> reload(const dokku::Scope& scope) const;
    /// `io` where Dokku reloads nothing.
    base::Result<NginxCall> reload_call(const dokku::Scope& scope) const;
    base::Result<void> judge_reload(const NginxCall& call) const;

    /// By its pid file.
    bool is_running() const;

  private:
    const dokku::Environment& environment_;
};

}  // namespace nginx
