#include "dokku/log.h"

#include <array>
#include <utility>

#include "base/clock.h"
#include "base/utc_time.h"

namespace dokku {
namespace {

constexpr std::string_view kInfo1 = "-----> ";
constexpr std::string_view kInfo2 = "=====> ";
constexpr std::string_view kVerbose = "       ";
constexpr std::string_view kWarn = " !     ";
constexpr std::string_view kDebug = " ?     ";

void to_terminal(Stream stream, std::string_view text) {
    standard_terminal().write(stream, text);
}

}  // namespace

Log::Log(const Environment& environment, Times times) : Log(environment, to_terminal, times) {}

Log::Log(const Environment& environment, Sink sink, Times times)
    : sink_(std::move(sink)), quiet_(environment.quiet), trace_(environment.trace), times_(times) {}

std::string Log::time_now() const {
    if (times_ == Times::none) return {};
    return base::to_rfc3339(base::SystemClock{}.now()) + " " + label_;
}

void Log::put(Stream stream, std::string_view prefix, std::string_view text) const {
    std::string line;
    line.reserve(prefix.size() + text.size() + 1);
    line += time_now();
    line += prefix;
    line += text;
    line += '\n';
    sink_(stream, line);
}

void Log::plain(std::string_view text) const {
    put(Stream::out, "", text);
}
void Log::info1(std::string_view text) const {
    put(Stream::out, kInfo1, text);
}
void Log::info2(std::string_view text) const {
    put(Stream::out, kInfo2, text);
}
void Log::verbose(std::string_view text) const {
    put(Stream::out, kVerbose, text);
}
void Log::warn(std::string_view text) const {
    put(Stream::err, kWarn, text);
}
void Log::warn(const base::Error& error) const {
    warn(error.message);
    for (const std::string& step : error.steps)
        warn(step);
}
void Log::error_plain(std::string_view text) const {
    put(Stream::err, "", text);
}

void Log::plain_quiet(std::string_view text) const {
    if (!quiet_) plain(text);
}
void Log::info1_quiet(std::string_view text) const {
    if (!quiet_) info1(text);
}
void Log::info2_quiet(std::string_view text) const {
    if (!quiet_) info2(text);
}
void Log::debug(std::string_view text) const {
    if (trace_) put(Stream::err, kDebug, text);
}

void Log::lines(const std::vector<std::string>& lines) const {
    std::string text;
    const std::string time = time_now();
    for (const std::string& line : lines) {
        text += time;
        text += line;
        text += '\n';
    }
    if (!text.empty()) sink_(Stream::out, text);
}

void Log::relay(Stream stream, std::string_view line) const {
    put(stream, "", line);
}

Log Log::with_sink(Sink sink, std::string_view label) const {
    Log log{*this};
    log.sink_ = std::move(sink);
    log.label_ = std::string{label} + ": ";
    return log;
}

std::string pad(std::string_view text, std::size_t width) {
    std::string padded{text};
    if (padded.size() < width) padded.append(width - padded.size(), ' ');
    return padded;
}

namespace {

std::string to_row(std::string_view first, const std::vector<std::string>& columns,
                   const std::array<std::size_t, 4>& widths) {
    std::string row{first};
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (i > 0) row += ' ';
        row += pad(i < columns.size() ? columns[i] : std::string{}, widths.at(i));
    }
    return row;
}

}  // namespace

std::string to_heading_row(const std::vector<std::string>& columns) {
    return to_row(kInfo1, columns, {18, 25, 25, 25});
}

std::string to_message_row(const std::vector<std::string>& columns) {
    return to_row("", columns, {25, 25, 25, 25});
}

}  // namespace dokku
