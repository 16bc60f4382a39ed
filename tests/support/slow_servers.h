#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "async/sleep.h"
#include "base/url.h"
#include "http/client.h"

namespace test {

/// Servers that answer a name after a while, whatever is asked of it. Counts how many requests wait
/// at once.
class SlowServers final : public http::Client {
  public:
    struct Answer {
        std::chrono::milliseconds after;
        http::Response response;
    };

    async::Task<base::Result<http::Response>> send(http::Request request) override {
        const Answer& answer = answers.at(base::parse_url(request.url)->host);
        most = std::max(most, ++waiting_);
        co_await async::sleep_for(answer.after);
        --waiting_;
        co_return answer.response;
    }

    std::map<std::string, Answer> answers;  ///< by name
    int most = 0;

  private:
    int waiting_ = 0;
};

}  // namespace test
