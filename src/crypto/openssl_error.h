#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace crypto {

/// Empties OpenSSL's error queue. Called right before a call whose failure is to be explained, or a
/// stale entry would be blamed on it.
void clear_openssl_errors();

/// The oldest entry of OpenSSL's queue as text, which is then emptied; "unknown reason" if there is
/// none. Called right after the failing call. The text names no data, so no secret.
std::string take_openssl_reason();

/// An Error that says what was tried and the reason from the queue.
base::Error take_openssl_error(base::ErrorKind kind, std::string_view what);

/// For calls that fail only when memory is short or we misuse them: throws std::runtime_error.
[[noreturn]] void throw_openssl_error(std::string_view what);

}  // namespace crypto
