#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acme/failure.h"
#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/limits/limits.h"
#include "ledger/follower.h"

namespace ca::limits {

/// The limits of CAs as a run meets them: follows this host's ledger, to which other runs write as
/// well, judges orders before they are placed, and writes down what comes of them. A ledger that
/// cannot be read or written holds nothing up; the CA's own answer still counts.
class LimitCheck {
  public:
    /// `forced`: what would be refused is ordered all the same, with a warning. `asks_paused`:
    /// names that the CA has paused are ordered at once, and not once a day.
    LimitCheck(Context& context, bool forced, bool asks_paused = false);

    /// A CA that asked not to be asked before some time, or not for the account that the job still
    /// needs: the job fails before anything is sent.
    async::Task<bool> refuse_ca_in_backoff(IssueJob& job);

    /// Holds the names, or fails the job, that its order would break a limit with.
    async::Task<void> check(IssueJob& job);

    /// What such an order would be held back by now, if for longer than a run waits. Nothing is
    /// written.
    std::optional<LimitReached> foresee(PlannedOrder planned);

    /// Right before a new order is sent: writes it down under the ledger's lock, so that no other
    /// run takes the same place, or fails the job that has none left.
    void reserve(IssueJob& job);

    /// The CA took the order. `replaces`: as the one that replaces the certificate in place.
    void note_order(const IssueJob& job, bool replaces);

    /// The validations that an order was seen to spend in vain.
    void note_refused(const IssueJob& job, const acme::Failure& failure);

    /// How it ended: a certificate, or a limit that the CA told of.
    void note_result(const IssueJob& job);
    void note_failure(const IssueJob& job, const acme::Failure& failure, bool registering = false);

  private:
    struct Reserved {
        bool is_exempt = false;
        bool is_taken = false;  ///< by the CA
    };

    void follow();
    PlannedOrder planned_order_of(const IssueJob& job) const;
    /// What stands after a pause of some seconds, if the CA asked for one, was waited for.
    async::Task<std::optional<LimitReached>> judge(PlannedOrder planned);
    async::Task<bool> refuse_registration(IssueJob& job);
    void refuse(IssueJob& job, const LimitReached& reached);
    /// The order is not under way any more. Nothing for one that a later run resumes.
    std::optional<ledger::Entry> end_of_order(const IssueJob& job);
    void write(std::vector<ledger::Entry> entries);
    ledger::Entry entry_of(const IssueJob& job, ledger::EntryKind kind) const;

    Context& context_;
    bool forced_;
    bool asks_paused_;
    ledger::Ledger ledger_;
    ledger::Follower follower_;
    Limits limits_;
    bool has_warned_ = false;                       ///< that the ledger cannot be read
    std::map<const IssueJob*, Reserved> reserved_;  ///< orders of this run that are under way
    std::set<std::pair<const IssueJob*, std::string>> warned_;  ///< who forces orders
};

}  // namespace ca::limits
