#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "async/loop.h"
#include "async/task.h"
#include "base/result.h"
#include "http/certificate_probe.h"
#include "http/curl_client.h"

namespace http {

class CurlMulti;

/// By libcurl, on a loop. Each answer comes over a connection of its own.
class CurlProbe final : public CertificateProbe {
  public:
    CurlProbe(const CurlRuntime& runtime, async::Loop& loop);
    CurlProbe(const CurlProbe&) = delete;
    CurlProbe& operator=(const CurlProbe&) = delete;
    CurlProbe(CurlProbe&&) = delete;
    CurlProbe& operator=(CurlProbe&&) = delete;
    ~CurlProbe() override;

    async::Task<base::Result<std::string>> fetch(std::string address, std::uint16_t port,
                                                 std::string server_name,
                                                 std::chrono::milliseconds deadline) override;

  private:
    std::unique_ptr<CurlMulti> multi_;
};

}  // namespace http
