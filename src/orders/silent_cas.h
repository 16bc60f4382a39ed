#pragma once

#include <map>

#include "ca/issue_job.h"

namespace orders {

/// The CAs of a run that have stopped answering. Each further order would cost the time that a dead
/// connection takes, and all others wait.
class SilentCas {
  public:
    /// Fails the job with cause `ca-unreachable` if the last 3 orders had no answer from its CA.
    void refuse(ca::IssueJob& job) const;

    /// To be called as each order ends.
    void note_result(const ca::IssueJob& job);

  private:
    std::map<const ca::CaSession*, int> unanswered_;  ///< orders in a row
};

}  // namespace orders
