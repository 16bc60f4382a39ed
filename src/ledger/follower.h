#pragma once

#include <vector>

#include "base/result.h"
#include "base/utc_time.h"
#include "ledger/appended_text.h"
#include "ledger/ledger.h"

namespace ledger {

/// Reads a ledger that other processes add to: all of it first, and then what was added since.
class Follower {
  public:
    explicit Follower(const Ledger& ledger) : text_(ledger.file()) {}

    struct News {
        bool is_whole = false;  ///< the first look, or the file was written anew since the last one
        std::vector<Entry> entries{};
    };

    /// `io` where the file cannot be read; the next call tries again.
    base::Result<News> read(base::UtcTime now);

  private:
    AppendedText text_;
};

}  // namespace ledger
