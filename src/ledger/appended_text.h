#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/result.h"

namespace ledger {

/// Reads a file that other processes add lines to: all of it first, and then what was added since.
class AppendedText {
  public:
    explicit AppendedText(base::Path file) : file_(std::move(file)) {}

    struct News {
        bool is_whole = false;  ///< the first look, or the file was written anew since the last one
        std::string lines{};    ///< with their ends
        std::string rest{};     ///< a line that has no end yet; it comes again with the next news
    };

    /// A missing file is an empty one. `io` where it cannot be read, or more than 64 MB came at
    /// once; the next call tries again.
    base::Result<News> read();

  private:
    base::Path file_;
    bool has_read_ = false;
    std::size_t end_ = 0;     ///< of the lines that were read
    std::string last_words_;  ///< right before that: they stay unless the file is written anew
};

}  // namespace ledger
