#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/utc_time.h"

namespace base {

/// What a caller may do about a failure. A kind exists only if some caller branches on it.
enum class ErrorKind {
    invalid_input,  ///< the operator's words or settings are wrong; nothing was changed
    unknown_app,    ///< no such app on this host (exit code 20, docs/dokku.md 5.1)
    not_found,      ///< a file, property or record is not there
    io,             ///< the operating system refused
    busy,           ///< another process holds the lock (exit code 75 where a command waits for one)
    network,        ///< no usable answer from a peer
    timeout,        ///< a deadline passed
    protocol,       ///< an answer that breaks its format
    rejected,       ///< the peer understood and refused
    rate_limited,   ///< the peer refused because of a limit; see retry_at
    internal,       ///< our own mistake
};

/// A failure as a value. `message` is one line for the operator, without prefix and without
/// secrets.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;
    std::optional<UtcTime> retry_at;  ///< not before this moment, if the peer said so
    std::vector<std::string> steps;   ///< further lines: what it means, and what to type next
};

}  // namespace base
