#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/semaphore.h"
#include "async/task.h"
#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/ports.h"
#include "dokku/property.h"
#include "dokku/trigger.h"
#include "nginx/service.h"

namespace programs {

/// What the rooms `nginx` and `dokku` ask of programs, for flows: others go on meanwhile. Each call
/// fails as the function of the same purpose there does, with the same words. A program has a
/// process group of its own: Ctrl-C at our terminal does not reach it. A few run at a time.
class HostPrograms {
  public:
    /// The environment outlives this.
    explicit HostPrograms(const dokku::Environment& environment) : environment_(environment) {}

    /// `nginx -t`, as NginxService::test().
    async::Task<base::Result<std::optional<nginx::NginxComplaint>>> test_nginx();

    /// As NginxService::reload().
    async::Task<base::Result<void>> reload_nginx(dokku::Scope scope);

    /// `plugn trigger NAME APP`, as dokku::require_trigger().
    async::Task<base::Result<void>> require_trigger(dokku::AppName app, std::string name);

    /// What it prints, as dokku::ask_trigger().
    async::Task<base::Result<std::vector<std::string>>> ask_trigger(dokku::AppName app,
                                                                    std::string name);

    /// As dokku::read_ports().
    async::Task<base::Result<std::vector<dokku::PortMapping>>> read_ports(dokku::AppName app);

    /// As dokku::require_nginx_proxy().
    async::Task<base::Result<void>> require_nginx_proxy(dokku::AppName app);

  private:
    static constexpr std::size_t kAtOnce = 8;

    async::Task<base::Result<void>> run_call(nginx::NginxCall& call);
    async::Task<base::Result<void>> run_trigger(dokku::AppName app, std::string name,
                                                dokku::RunOptions options);

    const dokku::Environment& environment_;
    async::Semaphore turns_{kAtOnce};
};

}  // namespace programs
