#pragma once

#include "acme/failure.h"
#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"
#include "lifecycle/limits.h"
#include "store/ledger.h"

namespace lifecycle {

/// The limits of CAs as a run meets them: reads this host's ledger once, judges orders before they
/// are placed, and writes down what comes of them. A ledger that cannot be read or written holds
/// nothing up; the CA's own answer still counts.
class LimitCheck {
  public:
    /// `forced`: what would be refused is ordered all the same, with a warning.
    LimitCheck(Context& context, bool forced);

    /// A CA that asked not to be asked before some time: the job fails before anything is sent.
    bool refuse_parked_ca(IssueJob& job);

    /// Holds the names, or fails the job, that its order would break a limit with.
    void check(IssueJob& job);

    /// The CA took the order.
    void note_order(const IssueJob& job, bool exempt);

    /// How it ended: a certificate, refused validations, or a limit that the CA told of.
    void note_result(const IssueJob& job);
    void note_failure(const IssueJob& job, const acme::Failure& failure);

  private:
    /// What stands after a pause of some seconds, if the CA asked for one, was waited for.
    std::optional<LimitReached> judge(const OrderWish& wish);
    void refuse(IssueJob& job, const LimitReached& reached);
    void write(const std::vector<store::LedgerEntry>& entries);
    store::LedgerEntry entry_of(const IssueJob& job, store::LedgerKind kind) const;

    Context& context_;
    bool forced_;
    store::Ledger ledger_;
    Limits limits_;
    std::map<const IssueJob*, bool> exempt_;  ///< orders of this run
};

}  // namespace lifecycle
