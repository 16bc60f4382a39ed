#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "async/sleep.h"
#include "http/certificate_probe.h"

namespace test {

/// What servers show, after a while. Unless it is told otherwise, nothing listens. Counts how many
/// are asked at once.
class ShownCertificates final : public http::CertificateProbe {
  public:
    using Answer = std::function<base::Result<std::string>(
        const std::string& address, std::uint16_t port, const std::string& server_name)>;

    async::Task<base::Result<std::string>> fetch(std::string address, std::uint16_t port,
                                                 std::string server_name,
                                                 std::chrono::milliseconds /*deadline*/) override {
        most = std::max(most, ++waiting_);
        if (takes.count() > 0) co_await async::sleep_for(takes);
        --waiting_;
        co_return answer(address, port, server_name);
    }

    Answer answer = [](const std::string& address, std::uint16_t port, const std::string&) {
        return base::Result<std::string>{base::Error{
            base::ErrorKind::network,
            "connecting to " + address + ":" + std::to_string(port) + " (TLS): Connection refused",
            {},
            {}}};
    };
    std::chrono::milliseconds takes{0};
    int most = 0;

  private:
    int waiting_ = 0;
};

}  // namespace test
