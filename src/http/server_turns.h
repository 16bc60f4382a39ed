#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "async/condition.h"
#include "async/semaphore.h"
#include "async/task.h"

namespace http {

/// When requests of one client may be sent to a server: over HTTP/2 all at once, as streams of one
/// connection; over HTTP/1.1 by a few connections. Which one it speaks its first answer tells, and
/// the others wait for that. They wait here, not in libcurl, which counts it as time of theirs.
class ServerTurns {
  public:
    enum class Version { unknown, http1, http2 };

  private:
    static constexpr std::size_t kConnections = 6;  ///< as browsers do

    struct Server {
        Version version = Version::unknown;
        bool is_first_under_way = false;
        async::Condition first_has_ended;
        async::Semaphore connections{kConnections};
    };

  public:
    /// Of one request, until this is destroyed. Not to outlive the turns.
    class [[nodiscard]] Turn {
      public:
        explicit Turn(Server& server) : server_(&server) {}
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        Turn(Turn&& other) noexcept;
        Turn& operator=(Turn&&) = delete;
        ~Turn();

        /// Does the server take many requests over one connection?
        bool is_stream() const { return server_->version == Version::http2; }

        /// The server has answered.
        void note(Version version) { server_->version = version; }

      private:
        friend class ServerTurns;

        Server* server_;
        bool is_first_ = false;
        std::optional<async::Semaphore::Permit> connection_;
    };

    /// `origin`: as origin_of() (link.h). Where the first request gets no answer, those that waited
    /// for it do not wait for another.
    async::Task<Turn> acquire(std::string origin);

  private:
    std::map<std::string, Server> servers_;
};

}  // namespace http
