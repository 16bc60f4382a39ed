#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
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

/// This host's nginx, by the command lines that Dokku's sudoers file allows.
class NginxService {
  public:
    explicit NginxService(const dokku::Environment& environment) : environment_(environment) {}

    /// `nginx -t`. A complaint is an answer; `io` if it could not be asked (the message says why).
    static base::Result<std::optional<NginxComplaint>> test();

    /// Returns before the new workers serve: a look at what is served has to poll. `rejected` with
    /// what was printed if a running nginx was asked and did not do it, `io` if it could not be
    /// asked: sudo refuses, or it does not run.
    base::Result<void> reload(const dokku::Scope& scope) const;

    /// By its pid file.
    bool is_running() const;

  private:
    const dokku::Environment& environment_;
};

}  // namespace nginx
