#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dokku/environment.h"
#include "dokku/terminal.h"

namespace dokku {

/// Dokku's log helpers (docs/dokku.md 8), same prefixes, same streams. Each line is one write,
/// so that lines of programs we start stand where they belong. A closed stream is not an error, and
/// one without a reader is not waited for without end.
class Log {
  public:
    using Sink = std::function<void(Stream stream, std::string_view text)>;

    /// Without a time at the beginning of each line, or with one (RFC 3339, UTC): for what goes
    /// into a log file that many runs share.
    enum class Times { none, shown };

    explicit Log(const Environment& environment, Times times = Times::none);
    /// For tests and for commands that collect: `text` ends with a line end.
    Log(const Environment& environment, Sink sink, Times times = Times::none);

    void plain(std::string_view text) const;        ///< out, no prefix
    void plain_quiet(std::string_view text) const;  ///< dokku_log_quiet
    void info1(std::string_view text) const;        ///< `-----> `
    void info1_quiet(std::string_view text) const;  //
    void info2(std::string_view text) const;        ///< `=====> `
    void info2_quiet(std::string_view text) const;  //
    void verbose(std::string_view text) const;      ///< seven blanks
    void warn(std::string_view text) const;         ///< ` !     `, on stderr
    void warn(const base::Error& error) const;      ///< its message, then its steps
    void error_plain(std::string_view text) const;  ///< err, no prefix
    void debug(std::string_view text) const;        ///< ` ?     `, err, only with --trace

    /// Many lines of stdout in one write.
    void lines(const std::vector<std::string>& lines) const;

    /// A line of a program that we run, as it is.
    void relay(Stream stream, std::string_view line) const;

    /// Does each line begin with its time: is it one that goes into a log file?
    bool has_times() const { return times_ == Times::shown; }

    /// Text that ends with a line end, as it is.
    void write(Stream stream, std::string_view text) const { sink_(stream, text); }

    /// A log of the same kind whose lines go elsewhere. Where lines have their times, `label`
    /// stands after each.
    Log with_sink(Sink sink, std::string_view label) const;

  private:
    void put(Stream stream, std::string_view prefix, std::string_view text) const;
    std::string time_now() const;

    Sink sink_;
    bool quiet_;
    bool trace_;
    Times times_;
    std::string label_;  ///< behind the time, with a blank
};

/// dokku_col_log_info1: `-----> ` and four columns of 18, 25, 25, 25; trailing padding is kept.
std::string to_heading_row(const std::vector<std::string>& columns);
/// dokku_col_log_msg: four columns of 25.
std::string to_message_row(const std::vector<std::string>& columns);
/// `text` padded on the right to `width` bytes; longer text is not cut.
std::string pad(std::string_view text, std::size_t width);

}  // namespace dokku
