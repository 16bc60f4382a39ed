#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/process.h"
#include "dns/provider.h"
#include "dns/providers/variables.h"
#include "settings/dns_providers.h"

namespace dns::providers {

/// lego's provider `exec`: a program of the operator's puts the records into the DNS. It is called
/// `EXEC_PATH present|cleanup NAME VALUE`, or with EXEC_MODE=RAW `EXEC_PATH present|cleanup --
/// DOMAIN TOKEN KEYAUTH`; an exit code other than 0 is a failure. Its environment is PATH, HOME and
/// the provider's variables, of which no value comes into a message: they hold passwords.
class ExecProvider final : public Provider {
  public:
    /// For one call of the program.
    static constexpr std::chrono::seconds kDeadline = std::chrono::minutes{5};

    /// Never fails: what `entry` needs is there. EXEC_PROPAGATION_TIMEOUT and EXEC_POLLING_INTERVAL
    /// that are no whole number of seconds mean the default; a line about it goes to `warnings`.
    static base::Result<std::unique_ptr<Provider>> open(const settings::DnsProvider& entry,
                                                        Variables variables, LineSink relay,
                                                        std::vector<std::string>& warnings);

    /// Without the times, which only `open` reads.
    ExecProvider(Variables variables, LineSink relay, std::chrono::seconds deadline = kDeadline)
        : variables_(std::move(variables)), relay_(std::move(relay)), deadline_(deadline) {}

    /// `not_found` or `io` if the program cannot be started, `timeout` if it does not end in time,
    /// `rejected` if it fails.
    async::Task<base::Result<void>> present(ChallengeRecord record) override;
    async::Task<base::Result<void>> cleanup(ChallengeRecord record) override;

    std::chrono::seconds propagation_timeout() const override { return timeout_; }
    std::chrono::seconds polling_interval() const override { return interval_; }

  private:
    base::Command command_for(const std::string& action, const ChallengeRecord& record) const;
    async::Task<base::Result<void>> call(std::string action, ChallengeRecord record) const;

    Variables variables_;
    LineSink relay_;
    std::chrono::seconds deadline_;
    std::chrono::seconds timeout_{};
    std::chrono::seconds interval_{};
};

}  // namespace dns::providers
