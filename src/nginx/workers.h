#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "nginx/config.h"

namespace nginx {

/// The file with the process id of nginx's master: the `pid` directive of what read_nginx_config
/// gave, else Debian's default.
base::Path nginx_pid_file(const std::vector<NginxDirective>& directives);

/// The workers of nginx that take new connections now.
///
/// For some 100 ms after a reload the former workers do so beside the new ones. A fetch that a new
/// one answered proves nothing then: the CA's may be answered by a former one, without the route.
class NginxWorkers {
  public:
    /// Those of the master named in `pid_file`. None if it cannot be seen (no such file, or /proc
    /// mounted with hidepid).
    static NginxWorkers find(const base::Path& pid_file, base::Path proc = "/proc");

    bool empty() const { return pids_.empty(); }

    /// Has each of them ended, or begun to shut down (its title says so)? One says so an instant
    /// before it closes its sockets.
    bool retired() const;

  private:
    NginxWorkers(std::vector<std::string> pids, base::Path proc)
        : pids_(std::move(pids)), proc_(std::move(proc)) {}

    std::vector<std::string> pids_;
    base::Path proc_;
};

}  // namespace nginx
