#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "ledger/entry.h"

namespace ledger {

/// The entries of a ledger's text that still count at `now`. Lines that cannot be read are left
/// out, and so is what a clock that was set back since has put into the future.
std::vector<Entry> parse_entries(std::string_view text, base::UtcTime now);

/// `LIB/data/letsencrypt/--global/ledger.jsonl`: what this host asked of the CAs, one line for each
/// entry, in the order of their times. It lives as long as the longest limit looks back and a day
/// more; a backoff lives until it has ended.
class Ledger {
  public:
    static constexpr std::chrono::hours kLife{24 * 8};
    /// A smaller file is never rewritten.
    static constexpr std::size_t kSmallBytes = 64UL << 10U;

    /// Nothing is created before it is written.
    explicit Ledger(base::Path file) : file_(std::move(file)) {}

    const base::Path& file() const { return file_; }

    /// What still counts at `now`. A missing file is an empty ledger. `io` if it cannot be read.
    base::Result<std::vector<Entry>> read(base::UtcTime now) const;

    /// Adds the entries in one write, which is on the disk when this returns. Waits a few seconds
    /// for the ledger's own lock, the last one that a process takes; then `busy`; else `io`. A file
    /// of which more than half is older than what counts is rewritten without it.
    base::Result<void> append(const std::vector<Entry>& entries, base::UtcTime now) const;

    /// The same with what `decide` returns under the lock: no other process adds an entry between
    /// its look at the ledger and its own. Fails as `append` does.
    base::Result<void> append_under_lock(const std::function<std::vector<Entry>()>& decide,
                                         base::UtcTime now) const;

  private:
    base::Path file_;
};

}  // namespace ledger
