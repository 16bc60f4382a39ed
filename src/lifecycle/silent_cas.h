#pragma once

#include <map>

#include "lifecycle/issue_job.h"

namespace lifecycle {

/// The CAs of a run that have stopped answering. Each further order would cost the time that a dead
/// connection takes, and all others wait.
class SilentCas {
  public:
    /// Fails the job with cause `ca-unreachable` if the last 3 orders had no answer from its CA.
    void refuse(IssueJob& job) const;

    /// To be called as each order ends.
    void note_result(const IssueJob& job);

  private:
    std::map<const CaSession*, int> unanswered_;  ///< orders in a row
};

}  // namespace lifecycle
