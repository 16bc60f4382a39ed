#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "acme/order_plan.h"
#include "async/task.h"
#include "base/result.h"
#include "ca/context.h"
#include "ca/lego/options.h"
#include "dns/propagation.h"
#include "dns/provider.h"

namespace ca {

/// The TXT records of one order (RFC 8555 section 8.4): set, waited for, and taken away again
/// whatever happened. What the provider's program prints is shown. A run has one provider's program
/// at work at a time: it may read a whole zone and write it again.
class DnsChallenges {
  public:
    /// `invalid_input` if there is no such provider, or its variables are not enough.
    static base::Result<std::unique_ptr<DnsChallenges>> open(const Context& context,
                                                             const settings::Settings& settings,
                                                             const AppOptions& options);

    /// How long the records may take to be seen.
    std::chrono::seconds patience() const;

    /// Sets the records, waits until they are seen, and says so. Before each look `goes_on` is
    /// asked; what it fails with ends the wait. Fails as `Provider::present` does, and with
    /// `timeout` when the records have taken too long; clean_up() takes away what was set.
    async::Task<base::Result<void>> present(std::vector<acme::ChosenChallenge> challenges,
                                            std::function<base::Result<void>()> goes_on = nullptr);

    /// A record that cannot be taken away is a warning.
    async::Task<void> clean_up();

  private:
    DnsChallenges(const Context& context, dns::Resolver resolver, dns::PropagationRules rules,
                  std::unique_ptr<dns::Provider> provider)
        : context_(context),
          resolver_(std::move(resolver)),
          rules_(rules),
          provider_(std::move(provider)) {}

    async::Task<base::Result<void>> set_records(std::vector<acme::ChosenChallenge> challenges);
    async::Task<base::Result<void>> wait_until_seen(std::function<base::Result<void>()> goes_on);
    std::string_view finding() const;

    const Context& context_;
    dns::Resolver resolver_;
    dns::PropagationRules rules_;
    std::unique_ptr<dns::Provider> provider_;
    std::vector<dns::ChallengeRecord> records_;  ///< that were set
    std::unique_ptr<dns::Propagation> propagation_;
};

}  // namespace ca
