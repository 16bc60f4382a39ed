#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "async/sleep.h"
#include "http/certificate_probe.h"
#include "http/client.h"

namespace test {

/// Servers of which none answers: each request and each probe takes all of its time. Counts how
/// many wait at once.
class SilentServers final : public http::Client, public http::CertificateProbe {
  public:
    async::Task<base::Result<http::Response>> send(http::Request request) override {
        co_await wait(request.limits.total);
        co_return base::fail(base::ErrorKind::timeout, "no answer");
    }
    async::Task<base::Result<std::string>> fetch(std::string /*address*/, std::uint16_t /*port*/,
                                                 std::string /*server_name*/,
                                                 std::chrono::milliseconds deadline) override {
        co_await wait(deadline);
        co_return base::fail(base::ErrorKind::timeout, "no answer");
    }

    int most = 0;
    int asked = 0;

  private:
    async::Task<void> wait(std::chrono::milliseconds time) {
        ++asked;
        most = std::max(most, ++waiting_);
        co_await async::sleep_for(time);
        --waiting_;
    }

    int waiting_ = 0;
};

}  // namespace test
