#pragma once

#include <algorithm>
#include <chrono>

#include "async/sleep.h"
#include "http/client.h"
#include "support/instant_http.h"

namespace test {

/// A server that takes its time for each answer. Counts how many requests wait at once.
class DelayedHttp final : public http::Client {
  public:
    DelayedHttp(InstantHttp& inner, std::chrono::milliseconds delay)
        : inner_(inner), delay_(delay) {}

    async::Task<base::Result<http::Response>> send(http::Request request) override {
        most = std::max(most, ++waiting_);
        auto answer = inner_.reply(request);
        co_await async::sleep_for(delay_);
        --waiting_;
        co_return answer;
    }

    int most = 0;

  private:
    InstantHttp& inner_;
    std::chrono::milliseconds delay_;
    int waiting_ = 0;
};

}  // namespace test
