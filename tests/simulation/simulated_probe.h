#pragma once

#include <cstdint>
#include <string>

#include "async/sleep.h"
#include "http/certificate_probe.h"
#include "simulation/simulated_nginx.h"

namespace simulation {

/// What the simulated nginx shows over TLS.
class SimulatedProbe final : public http::CertificateProbe {
  public:
    explicit SimulatedProbe(const SimulatedNginx& nginx) : nginx_(nginx) {}

    async::Task<base::Result<std::string>> fetch(std::string address, std::uint16_t /*port*/,
                                                 std::string server_name,
                                                 std::chrono::milliseconds /*deadline*/) override {
        constexpr std::chrono::milliseconds kAtHome{5};
        co_await async::sleep_for(kAtHome);
        auto shown = nginx_.shown_for(server_name);
        if (!shown) {
            co_return base::fail(base::ErrorKind::network, address + ": Connection refused");
        }
        co_return std::move(*shown);
    }

  private:
    const SimulatedNginx& nginx_;
};

}  // namespace simulation
