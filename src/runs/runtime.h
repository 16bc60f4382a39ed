#pragma once

#include <memory>
#include <optional>

#include "async/last_words.h"
#include "base/clock.h"
#include "base/lock.h"
#include "ca/context.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "runs/network.h"
#include "store/local_store.h"

namespace runs {

/// What an executable that talks to a CA sets up once: libcurl, the trust store, this host's files
/// and clock. Its process leaves no core dumps, since keys pass through it.
class Runtime {
  public:
    /// `invalid_input` if a CA file named in the environment cannot be used.
    static base::Result<std::unique_ptr<Runtime>> open(const dokku::Environment& environment,
                                                       const dokku::Log& log);

    ca::Context& context() { return context_; }

    /// For a command over all apps: held until it ends, so that two never overlap. `busy` if
    /// another is under way. One that is stuck is passed by, with a warning and without this lock:
    /// those of the apps are enough to keep two runs from one app.
    base::Result<std::optional<base::FileLock>> lock_all();

  private:
    Runtime(const dokku::Environment& environment, const dokku::Log& log,
            std::unique_ptr<base::SystemClock> clock, std::unique_ptr<Network> network)
        : clock_(std::move(clock)),
          network_(std::move(network)),
          store_(environment.global_root()),
          context_{environment,
                   store_,
                   log,
                   network_->client(),
                   *clock_,
                   network_->loop(),
                   network_->dns(),
                   network_->self_fetch(),
                   network_->probe()} {}

    std::unique_ptr<base::SystemClock> clock_;
    std::unique_ptr<Network> network_;
    store::LocalStore store_;
    ca::Context context_;
    async::LastWords last_words_{network_->loop(), [this] { context_.kept_lines->print(); }};
};

}  // namespace runs
