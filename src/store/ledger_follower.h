#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/utc_time.h"
#include "store/ledger.h"

namespace store {

/// Reads a ledger that other processes add to: all of it first, and then what was added since.
class LedgerFollower {
  public:
    explicit LedgerFollower(Ledger ledger) : ledger_(std::move(ledger)) {}

    struct News {
        bool is_whole = false;  ///< the first look, or the file was written anew since the last one
        std::vector<LedgerEntry> entries{};
    };

    /// `io` where the file cannot be read; the next call tries again.
    base::Result<News> read(base::UtcTime now);

  private:
    Ledger ledger_;
    bool has_read_ = false;
    std::size_t end_ = 0;     ///< of what was read
    std::string last_words_;  ///< right before that: they stay unless the file is written anew
};

}  // namespace store
