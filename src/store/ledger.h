#pragma once

#include <chrono>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "store/ledger_entry.h"

namespace store {

/// `LIB/data/letsencrypt/--global/ledger.jsonl`: what this host asked of the CAs, one line for each
/// entry, in the order of their times. It lives as long as the longest limit looks back and a day
/// more; what is parked lives until it is free.
class Ledger {
  public:
    static constexpr std::chrono::hours kLife{24 * 8};
    /// A smaller file is never rewritten.
    static constexpr std::size_t kSmallBytes = 64UL << 10U;

    /// Nothing is created before it is written.
    explicit Ledger(base::Path file) : file_(std::move(file)) {}

    /// What still counts at `now`. A missing file is an empty ledger, lines that cannot be read are
    /// left out, and so is what a clock that was set back since has put into the future.
    base::Result<std::vector<LedgerEntry>> read(base::UtcTime now) const;

    /// Adds the entries in one write, which is on the disk when this returns. Waits a few seconds
    /// for the ledger's own lock, the last one that anybody takes; then `busy`. A file of which
    /// more than half is older than what counts is rewritten without it.
    base::Result<void> append(const std::vector<LedgerEntry>& entries, base::UtcTime now) const;

  private:
    base::Path file_;
};

}  // namespace store
