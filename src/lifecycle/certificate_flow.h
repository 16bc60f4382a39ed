#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "async/task.h"
#include "ca/issue_job.h"
#include "ca/refusal.h"
#include "dokku/app.h"
#include "lifecycle/run.h"

namespace lifecycle {

/// How the flow of one certificate ended; all was told and recorded.
struct FlowEnd {
    enum class Kind {
        nothing_begun,  ///< there was nothing to do, and no word of an order was said
        nothing_done,   ///< nothing had to be ordered after all
        left_to_other,  ///< another run, or a command, has the app
        issued,
        failed,
    };
    Kind kind = Kind::nothing_begun;
    std::string_view cause{};  ///< of a failure
};

/// The life of one certificate (docs/design.md 4), from a look at what is in place to the pair that
/// nginx shows. What went wrong is told, and where the retry job can mend it, noted.
class CertificateFlow {
  public:
    /// A run makes all of its flows before the first one works.
    CertificateFlow(Run& run, dokku::AppName app);

    async::Task<FlowEnd> work();

  private:
    using Waiting = serving::ReloadRounds::Member::Scope;

    // The steps, in their order. Those up to the claim return whether there is something to do.
    async::Task<FlowEnd> live();
    async::Task<bool> observe();
    async::Task<bool> claim();
    async::Task<bool> passes_dns();
    async::Task<bool> use_pair_at_hand();
    async::Task<void> open_challenge();
    void announce() const;
    async::Task<void> rehearse();
    async::Task<void> get_certificate();
    async::Task<void> take_app_again();
    async::Task<void> order();
    async::Task<void> install();
    async::Task<void> load();
    async::Task<void> finish();

    void refuse(const ca::Refusal& refusal);

    Run& run_;
    dokku::AppName app_;
    std::unique_ptr<dokku::KeptLines> lines_;  ///< in a run over many
    ca::Context context_;                      ///< the run's, with a log of the app's own
    std::optional<serving::ReloadRounds::Member> reloads_;
    std::optional<ca::IssueJob> job_;
    std::optional<serving::FormerPair> former_;  ///< until nginx has loaded the new one
    FlowEnd end_;
};

}  // namespace lifecycle
