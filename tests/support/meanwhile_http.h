#pragma once

#include <functional>
#include <string>
#include <utility>

#include "http/client.h"

namespace test {

/// Something happens on the host while the answer of one URL is waited for, once.
class MeanwhileHttp final : public http::HttpClient {
  public:
    MeanwhileHttp(http::HttpClient& inner, std::string url, std::function<void()> happens)
        : inner_(inner), url_(std::move(url)), happens_(std::move(happens)) {}

    base::Result<http::Response> send(const http::Request& request) override {
        if (happens_ && request.url == url_) std::exchange(happens_, {})();
        return inner_.send(request);
    }

  private:
    http::HttpClient& inner_;
    std::string url_;
    std::function<void()> happens_;
};

}  // namespace test
