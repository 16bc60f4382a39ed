#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "base/result.h"
#include "dns/message.h"
#include "dns/server_address.h"
#include "dns/silence.h"
#include "dns/transport.h"

namespace dns {

struct ResolverSettings {
    std::vector<ServerAddress> servers{};  ///< asked in this order; none: those of the system
    std::chrono::milliseconds deadline{std::chrono::seconds{10}};  ///< of one question
    Recursion recursion = Recursion::desired;
    std::uint16_t authoritative_port = 53;  ///< where name servers found in the DNS listen
    std::shared_ptr<Silence> silence{};     ///< of these servers; none: they are always asked
    Checking checking = Checking::enabled;
    std::shared_ptr<Silences> zone_silences{};  ///< of each server of a zone; none: likewise
};

/// Asks name servers by UDP, and by TCP what UDP cannot hold. Nothing is remembered between two
/// questions.
class Resolver {
  public:
    /// `transport` outlives it.
    Resolver(Transport& transport, ResolverSettings settings)
        : transport_(transport), settings_(std::move(settings)) {}

    /// The same way to other servers, or in another manner.
    Resolver with(ResolverSettings settings) const { return {transport_, std::move(settings)}; }

    Transport& transport() const noexcept { return transport_; }

    const ResolverSettings& settings() const noexcept { return settings_; }

    /// The first finding of a server; if none has one, what the first of them said instead.
    /// `network` or `timeout` if no server answered (is_unanswered()), `protocol` if only nonsense
    /// came or half an answer, `invalid_input` for a name that DNS cannot hold or a server that is
    /// no address. Servers that have been silent are not asked for a while (silence.h): `timeout`
    /// at once.
    async::Task<base::Result<Answer>> ask(std::string name, RecordType type) const;

    /// Would a question be answered by `timeout` without being asked?
    bool is_left_alone() const;

    /// Those of the settings, else those of the system. `not_found` if that names none, `io` if it
    /// cannot be read.
    base::Result<std::vector<ServerAddress>> servers() const;

  private:
    Transport& transport_;
    ResolverSettings settings_;
};

/// Is it that no server said anything, or none is known?
inline bool is_unanswered(const base::Error& error) {
    using base::ErrorKind;
    return error.kind == ErrorKind::network || error.kind == ErrorKind::timeout ||
           error.kind == ErrorKind::not_found;
}

}  // namespace dns
