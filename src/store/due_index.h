#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"

namespace store {

// `state/due`: when which app is to be looked at again. The states are the truth, this is their
// index. Its first line is all that `cron` reads each minute:
//
//     2           1764172800           97           81
//     1764172800 blog        one line for each app, the earliest first;
//     1764176400 shop        times are seconds since 1970
//     - blog                 what has changed since: the last line of an app holds
//
// The first line has the form, a time before which no app is due (`-` if none ever is), how many
// bytes count and how many of these came in one piece. It always has the same length: what changes
// is appended, and then the first line overwritten in place. So a change costs the same however
// many apps there are, and `cron` one short read. Lines behind the bytes that count belong to a
// change that did not come to its end. That time may be earlier than any app's, never later.
//
// An older release wrote form 1: `1 1764172800 2` (the earliest time, number of apps), then one
// line for each app.
//
// What is not exactly one of them is lost: it is made again from the states, never half believed.
// So does an older release with form 2.

/// The first line.
struct DueHead {
    std::optional<base::UtcTime> earliest;
    std::size_t bytes = 0;    ///< that count; 0 in form 1
    std::size_t compact = 0;  ///< of these, how many were written in one piece

    /// Can lines be appended?
    bool is_of_today() const { return bytes > 0; }
};

using DueTimes = std::map<std::string, base::UtcTime, std::less<>>;

/// Of the beginning of a text; nothing if no whole first line stands there.
std::optional<DueHead> parse_due_head(std::string_view text);

/// Of the whole text; nothing if it was lost.
std::optional<DueTimes> parse_due_index(std::string_view text);

/// The whole index in one piece.
std::string to_text(const DueTimes& due);

/// The apps whose time has come, the longest waiting first.
std::vector<std::string> due_at(const DueTimes& due, base::UtcTime now);

/// The file. All but `head` and `read` are for who holds its lock. All that fail do so with `io`
/// where it cannot be written.
class DueIndex {
  public:
    /// Fewer bytes are appended before a small index is written anew.
    static constexpr std::size_t kSmallBytes = 4096;

    explicit DueIndex(base::Path file) : file_(std::move(file)) {}

    /// One open, one short read. Nothing if the index was lost.
    std::optional<DueHead> head() const;

    /// All of it. Nothing if the index was lost.
    std::optional<DueTimes> read() const;

    /// Appends when the app is due, or that it is not. False if the index was lost: nothing was
    /// written then. An index of which more than half was appended is written anew, in one piece.
    base::Result<bool> note(std::string_view app, std::optional<base::UtcTime> at) const;

    /// The same in one piece, whatever is there.
    base::Result<void> write(const DueTimes& due) const;

    /// Makes the time in the first line the earliest of all again. False if the index was lost.
    base::Result<bool> tighten() const;

    /// Puts what was appended on the disk. Needs no lock. `not_found` if the index was lost.
    base::Result<void> sync() const { return base::sync_file(file_); }

  private:
    base::Result<void> append(DueHead head, const std::string& line,
                              std::optional<base::UtcTime> at) const;
    base::Result<bool> written(const DueTimes& due) const;

    base::Path file_;
};

}  // namespace store
