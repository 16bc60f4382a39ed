#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "async/sleep.h"
#include "dns/transport.h"

namespace test {

/// Name servers of which none answers: each question takes all of its patience. Counts how many
/// wait at once.
class SlowDns final : public dns::Transport {
  public:
    explicit SlowDns(async::Loop& loop) : loop_(loop) {}

    async::Task<base::Result<std::string>> exchange(dns::ServerAddress /*server*/,
                                                    std::string /*question*/,
                                                    dns::Protocol /*protocol*/,
                                                    std::chrono::milliseconds patience) override {
        most = std::max(most, ++waiting_);
        co_await async::sleep_for(patience);
        --waiting_;
        co_return base::fail(base::ErrorKind::timeout, "no answer");
    }
    base::Result<std::vector<dns::ServerAddress>> system_servers() const override {
        return std::vector<dns::ServerAddress>{{"192.0.2.53", 53}};
    }
    async::Loop::Moment now() const override { return loop_.now(); }

    int most = 0;

  private:
    async::Loop& loop_;
    int waiting_ = 0;
};

}  // namespace test
