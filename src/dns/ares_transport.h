#pragma once

#include "async/loop.h"
#include "dns/transport.h"

namespace dns {

/// c-ares on a loop.
class AresTransport final : public Transport {
  public:
    explicit AresTransport(async::Loop& loop) : loop_(loop) {}

    async::Task<base::Result<std::string>> exchange(ServerAddress server, std::string question,
                                                    Protocol protocol,
                                                    std::chrono::milliseconds patience) override;
    base::Result<std::vector<ServerAddress>> system_servers() const override;
    async::Loop::Moment now() const override { return loop_.now(); }

  private:
    async::Loop& loop_;
};

}  // namespace dns
