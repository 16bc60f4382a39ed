#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "serving/reload_rounds.h"
#include "serving/serve.h"

namespace serving {

/// What the flows of one run want of nginx: that it answers for their challenges, and that it shows
/// their new pairs. One test and one reload serve all wishes of a round (reload_rounds.h).
class Reloads {
  public:
    /// `flows` are going to be members of the rounds.
    Reloads(ca::Context& context, std::size_t flows);

    ReloadRounds& rounds() { return rounds_; }

    /// The challenge's route of a living job, on. Afterwards the job lives, or nginx refuses the
    /// route or does not serve it (causes path-shadowed, reload-refused, blocked-by, host).
    static async::Task<void> switch_route_on(ReloadRounds::Member& member, ca::IssueJob& job);

    /// The route of a job off, and its pair, if it has a new one, loaded: by a rebuild of its vhost
    /// where that does not know the pair or its names yet. A rebuild that failed is noted in the
    /// job. A pair that nginx refuses is replaced by the former one (cause reload-refused).
    static async::Task<void> load(ReloadRounds::Member& member, ca::IssueJob& job,
                                  const FormerPair* former);

    /// One reload, for a route that was taken off.
    static async::Task<void> reload(ReloadRounds::Member& member);

    /// To look at what nginx serves since the last round.
    std::shared_ptr<const ServedProbe> probe();

  private:
    async::Task<void> serve(std::vector<ReloadRounds::Wish*> round);
    void fail(const std::vector<ReloadRounds::Wish*>& round, const std::string& why) const;

    ca::Context& context_;
    std::shared_ptr<const ServedProbe> probe_;
    ReloadRounds rounds_;
};

}  // namespace serving
