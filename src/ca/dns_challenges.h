#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "acme/order_flow.h"
#include "base/result.h"
#include "ca/context.h"
#include "ca/lego_options.h"
#include "dns/propagation.h"
#include "dns/provider.h"

namespace ca {

/// The TXT records of one order (RFC 8555 section 8.4): set, waited for, and taken away again
/// whatever happened. What the provider's program prints is shown.
class DnsChallenges {
  public:
    /// `invalid_input` if there is no such provider, or its variables are not enough.
    static base::Result<std::unique_ptr<DnsChallenges>> open(const Context& context,
                                                             const settings::Settings& settings,
                                                             const AppOptions& options);

    /// How long the records may take to be seen.
    std::chrono::seconds patience() const;

    /// Fails as `Provider::present` does; clean_up() also takes away what was set until then.
    base::Result<void> present(const std::vector<acme::ChosenChallenge>& challenges);

    /// After present(): nothing once every record is seen, else when to look again. `timeout` when
    /// they have taken too long.
    base::Result<std::optional<base::Clock::Monotonic>> check();

    /// What is known of the records once look() waits for nothing more, in words for a log.
    std::string_view finding() const;

    /// A record that cannot be taken away is a warning.
    void clean_up();

  private:
    DnsChallenges(const Context& context, dns::Resolver resolver, dns::PropagationRules rules,
                  std::unique_ptr<dns::Provider> provider)
        : context_(context),
          resolver_(std::move(resolver)),
          rules_(rules),
          provider_(std::move(provider)) {}

    const Context& context_;
    dns::Resolver resolver_;
    dns::PropagationRules rules_;
    std::unique_ptr<dns::Provider> provider_;
    std::vector<dns::ChallengeRecord> records_;  ///< that were set
    std::unique_ptr<dns::Propagation> propagation_;
};

}  // namespace ca
