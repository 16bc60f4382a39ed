#pragma once

#include <functional>
#include <string>
#include <utility>

#include "support/instant_http.h"

namespace test {

/// Something happens on the host while the answer of one URL is waited for, once.
class MeanwhileHttp final : public InstantHttp {
  public:
    MeanwhileHttp(InstantHttp& inner, std::string url, std::function<void()> happens)
        : inner_(inner), url_(std::move(url)), happens_(std::move(happens)) {}

    base::Result<http::Response> reply(const http::Request& request) override {
        if (happens_ && request.url == url_) std::exchange(happens_, {})();
        return inner_.reply(request);
    }

  private:
    InstantHttp& inner_;
    std::string url_;
    std::function<void()> happens_;
};

}  // namespace test
