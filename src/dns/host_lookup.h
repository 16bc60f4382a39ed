#pragma once

#include <string>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "async/task.h"
#include "base/result.h"
#include "dns/server_address.h"
#include "http/host_lookup.h"

namespace dns {

/// The system's files (/etc/hosts), then name servers, as c-ares asks them.
class HostLookup final : public http::HostLookup {
  public:
    /// No servers: those of the system.
    explicit HostLookup(async::Loop& loop, std::vector<ServerAddress> servers = {})
        : loop_(loop), servers_(std::move(servers)) {}

    async::Task<base::Result<std::vector<std::string>>> find(std::string host) override;

  private:
    async::Loop& loop_;
    std::vector<ServerAddress> servers_;
};

}  // namespace dns
