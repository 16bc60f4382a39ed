#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "async/loop.h"
#include "async/semaphore.h"
#include "async/task.h"
#include "base/result.h"
#include "dns/server_address.h"

namespace dns {

enum class Protocol { udp, tcp };

/// How messages reach name servers and come back.
class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    Transport(Transport&&) = delete;
    Transport& operator=(Transport&&) = delete;
    virtual ~Transport() = default;

    /// The bytes that the server answers within `patience`; UDP packets are sent again meanwhile.
    /// `timeout` or `network` if it does not answer, `protocol` if what came is no message,
    /// `invalid_input` if the server is no address.
    virtual async::Task<base::Result<std::string>> exchange(ServerAddress server,
                                                            std::string question, Protocol protocol,
                                                            std::chrono::milliseconds patience) = 0;

    /// The name servers of this system. `not_found` if it names none, `io` if that cannot be read.
    virtual base::Result<std::vector<ServerAddress>> system_servers() const = 0;

    virtual async::Loop::Moment now() const = 0;

    /// Places for questions that are under way, of all resolvers together.
    async::Semaphore& places() { return places_; }

  private:
    static constexpr std::size_t kMostQuestions = 64;

    async::Semaphore places_{kMostQuestions};
};

}  // namespace dns
