#pragma once

#include <chrono>
#include <cstddef>

#include "async/pace.h"
#include "async/semaphore.h"
#include "base/clock.h"

namespace acme {

/// How much of one run a CA has to bear. The run's clients of that CA share it.
struct RequestLimits {
    static constexpr std::size_t kMostAtOnce = 16;     ///< requests with a nonce
    static constexpr std::size_t kMostNewNonces = 10;  ///< within any second

    /// `clock` outlives it.
    explicit RequestLimits(const base::Clock& clock)
        : new_nonces(clock, kMostNewNonces, std::chrono::seconds{1}) {}

    async::Semaphore requests{kMostAtOnce};
    async::Pace new_nonces;
};

}  // namespace acme
