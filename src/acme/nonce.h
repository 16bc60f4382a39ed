#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/event.h"
#include "async/task.h"
#include "base/clock.h"

namespace acme {

/// The CA's nonces that we have not used yet (RFC 8555 section 6.5). Every answer brings one.
/// Servers forget old ones, so the newest is taken first and none is older than ten minutes.
class NoncePool {
  public:
    static constexpr std::size_t kMost = 64;
    static constexpr std::chrono::minutes kOldest{10};

    explicit NoncePool(const base::Clock& clock) : clock_(clock) {}

    /// What is no nonce (base64url, at most 512 characters) is not kept.
    void add(std::string_view nonce);

    std::optional<std::string> take();

    /// Until one is added from this call on. Of those that wait for it one gets it.
    async::Task<void> next() const;

    /// Forgets them all, after the CA refused one as stale.
    void clear() { kept_.clear(); }

    std::size_t size() const { return kept_.size(); }

  private:
    struct Kept {
        std::string nonce;
        base::Clock::Monotonic since;
    };

    const base::Clock& clock_;
    std::deque<Kept> kept_;                                                   // oldest first
    std::shared_ptr<async::Event> added_ = std::make_shared<async::Event>();  ///< the next time
};

}  // namespace acme
