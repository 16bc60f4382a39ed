#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "nginx/config.h"
#include "nginx/workers.h"

namespace serving {

/// All that nginx reads, looked at once for however many apps.
class NginxSnapshot {
  public:
    NginxSnapshot();

    /// Those that take connections now.
    nginx::NginxWorkers workers() const { return nginx::NginxWorkers::find(pid_file_); }

    /// The server blocks in one file, an app's vhost.
    const std::vector<nginx::NginxServer>& servers_in(const base::Path& file) const;

    /// On which addresses a server block of our own is to listen on port 80, for an app with these
    /// addresses to bind to.
    const std::vector<nginx::ListenPair>& pairs(const std::vector<std::string>& bind);

    /// Where a server block with these pairs answers on this host.
    std::vector<std::string> addresses(const std::vector<nginx::ListenPair>& pairs);

  private:
    explicit NginxSnapshot(const std::vector<nginx::NginxDirective>& config);

    std::vector<nginx::NginxServer> servers_;
    std::map<base::Path, std::vector<nginx::NginxServer>> vhosts_;  ///< the same by their files
    // Most apps ask the same, and each answer is a walk over all servers.
    std::map<std::vector<std::string>, std::vector<nginx::ListenPair>> pairs_;
    std::map<nginx::ListenPair, std::string> loopbacks_;
    std::vector<std::string> listening_;
    base::Path pid_file_;
};

}  // namespace serving
