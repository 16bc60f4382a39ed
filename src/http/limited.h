#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "async/semaphore.h"
#include "async/task.h"
#include "base/result.h"
#include "http/certificate_probe.h"
#include "http/client.h"

namespace http {

// At most so many exchanges at once, of one or several of these together. The time that an exchange
// may take begins when it has its place. What is given to them outlives them.

class LimitedClient final : public Client {
  public:
    LimitedClient(Client& inner, async::Semaphore& places) : inner_(inner), places_(places) {}

    async::Task<base::Result<Response>> send(Request request) override;

  private:
    Client& inner_;
    async::Semaphore& places_;
};

class LimitedProbe final : public CertificateProbe {
  public:
    LimitedProbe(CertificateProbe& inner, async::Semaphore& places)
        : inner_(inner), places_(places) {}

    async::Task<base::Result<std::string>> fetch(std::string address, std::uint16_t port,
                                                 std::string server_name,
                                                 std::chrono::milliseconds deadline) override;

  private:
    CertificateProbe& inner_;
    async::Semaphore& places_;
};

}  // namespace http
