#include "store/due_index.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace store {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr std::string_view kForm = "2";
constexpr std::string_view kFormerForm = "1";
constexpr std::string_view kNone = "-";
/// Ten thousand apps have a quarter of a megabyte in one piece.
constexpr std::size_t kMaxBytes = 64UL << 20U;
/// Of the longest numbers that come to stand there.
constexpr std::size_t kTimeWidth = 20;
constexpr std::size_t kBytesWidth = 12;
constexpr std::size_t kHeadBytes = 1 + (1 + kTimeWidth) + 2 * (1 + kBytesWidth) + 1;

using Entry = std::pair<base::UtcTime, std::string>;

std::vector<Entry> by_time(const DueTimes& due) {
    std::vector<Entry> sorted;
    sorted.reserve(due.size());
    for (const auto& [app, at] : due)
        sorted.emplace_back(at, app);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

std::optional<base::UtcTime> earliest_of(const DueTimes& due) {
    std::optional<base::UtcTime> earliest;
    for (const auto& [app, at] : due)
        earliest = std::min(earliest.value_or(at), at);
    return earliest;
}

std::string to_word(std::optional<base::UtcTime> at) {
    return at ? std::to_string(base::to_unix(*at)) : std::string{kNone};
}

std::string to_line(std::string_view app, std::optional<base::UtcTime> at) {
    return to_word(at) + " " + std::string{app} + "\n";
}

/// A blank, and the word at the right of so many places.
std::string to_column(const std::string& word, std::size_t width) {
    return std::string(1 + width - std::min(width, word.size()), ' ') + word;
}

std::string to_line(const DueHead& head) {
    return std::string{kForm} + to_column(to_word(head.earliest), kTimeWidth) +
           to_column(std::to_string(head.bytes), kBytesWidth) +
           to_column(std::to_string(head.compact), kBytesWidth) + "\n";
}

/// A time, or that there is none.
struct When {
    std::optional<base::UtcTime> at;
};

std::optional<When> parse_when(std::string_view word) {
    if (word == kNone) return When{};
    const auto seconds = base::parse_integer(word);
    if (!seconds) return std::nullopt;
    return When{base::from_unix(*seconds)};
}

std::optional<std::size_t> parse_size(std::string_view word) {
    const auto number = base::parse_integer(word);
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

/// A line of an app is the last word about it.
bool take_line(DueTimes& due, std::string_view line) {
    const auto words = base::split_words(line);
    if (words.size() != 2) return false;
    const auto when = parse_when(words[0]);
    if (!when) return false;
    if (when->at) {
        due.insert_or_assign(std::string{words[1]}, *when->at);
    } else if (const auto found = due.find(words[1]); found != due.end()) {
        due.erase(found);
    }
    return true;
}

std::optional<DueTimes> parse_lines(std::string_view text) {
    if (!text.empty() && !text.ends_with('\n')) return std::nullopt;
    DueTimes due;
    for (const std::string_view line : base::split_lines(text)) {
        if (!take_line(due, line)) return std::nullopt;
    }
    return due;
}

/// Form 1: each app has one line, the first line their number and exactly the earliest time.
std::optional<DueTimes> parse_former(std::string_view text, std::size_t apps,
                                     std::optional<base::UtcTime> earliest) {
    auto due = parse_lines(text);
    if (!due || due->size() != apps || base::split_lines(text).size() != apps) return std::nullopt;
    if (earliest_of(*due) != earliest) return std::nullopt;
    return due;
}

}  // namespace

std::optional<DueHead> parse_due_head(std::string_view text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto words = base::split_words(text.substr(0, end));
    const bool is_former = words.size() == 3 && words[0] == kFormerForm;
    const bool is_of_today = words.size() == 4 && words[0] == kForm && end + 1 == kHeadBytes;
    if (!is_former && !is_of_today) return std::nullopt;
    const auto earliest = parse_when(words[1]);
    const auto size = parse_size(words[2]);
    if (!earliest || !size) return std::nullopt;
    if (is_former) {
        const bool is_right = (*size == 0) != earliest->at.has_value();
        return is_right ? std::optional{DueHead{earliest->at}} : std::nullopt;
    }
    const auto compact = parse_size(words[3]);
    if (!compact || *compact < kHeadBytes || *size < *compact) return std::nullopt;
    return DueHead{earliest->at, *size, *compact};
}

std::optional<DueTimes> parse_due_index(std::string_view text) {
    const auto head = parse_due_head(text);
    if (!head) return std::nullopt;
    if (!head->is_of_today()) {
        const auto end = text.find('\n');
        const auto apps = parse_size(base::split_words(text.substr(0, end))[2]);
        return parse_former(text.substr(end + 1), *apps, head->earliest);
    }
    if (text.size() < head->bytes) return std::nullopt;
    auto due = parse_lines(text.substr(kHeadBytes, head->bytes - kHeadBytes));
    const auto earliest = due ? earliest_of(*due) : std::nullopt;
    const bool is_too_late = earliest && (!head->earliest || *head->earliest > *earliest);
    return is_too_late ? std::nullopt : due;
}

std::string to_text(const DueTimes& due) {
    std::string lines;
    for (const auto& [at, app] : by_time(due))
        lines += to_line(app, at);
    const std::size_t bytes = kHeadBytes + lines.size();
    return to_line(DueHead{earliest_of(due), bytes, bytes}) + lines;
}

std::vector<std::string> due_at(const DueTimes& due, base::UtcTime now) {
    std::vector<std::string> apps;
    for (const auto& [at, app] : by_time(due)) {
        if (at > now) break;
        apps.push_back(app);
    }
    return apps;
}

std::optional<DueHead> DueIndex::head() const {
    const auto text = base::read_part(file_, 0, kHeadBytes);
    return text ? parse_due_head(*text) : std::nullopt;
}

std::optional<DueTimes> DueIndex::read() const {
    const auto text = base::read_file(file_, kMaxBytes);
    return text ? parse_due_index(*text) : std::nullopt;
}

base::Result<bool> DueIndex::note(std::string_view app, std::optional<base::UtcTime> at) const {
    const auto known = head();
    const auto stamp = base::stamp_file(file_);
    if (!known || !stamp || stamp->bytes < known->bytes) return false;
    const std::string line = to_line(app, at);
    const std::size_t appended = known->bytes + line.size() - known->compact;
    const bool is_full = appended > std::max(known->compact, kSmallBytes);
    if (known->is_of_today() && !is_full && append(*known, line, at)) return true;
    auto due = read();
    if (!due) return false;
    take_line(*due, line);
    return written(*due);
}

/// Fails on a full disk, and where another user owns the file; another may still take its place.
base::Result<void> DueIndex::append(DueHead head, const std::string& line,
                                    std::optional<base::UtcTime> at) const {
    // The first line makes the other count.
    if (auto added = base::write_part(file_, head.bytes, line); !added) return added;
    head.bytes += line.size();
    if (at) head.earliest = std::min(head.earliest.value_or(*at), *at);
    return base::write_part(file_, 0, to_line(head));
}

base::Result<void> DueIndex::write(const DueTimes& due) const {
    return base::ensure_locked_file(file_, to_text(due), kPrivateFile);
}

base::Result<bool> DueIndex::written(const DueTimes& due) const {
    auto done = write(due);
    if (!done) return std::move(done).error();
    return true;
}

base::Result<bool> DueIndex::tighten() const {
    auto known = head();
    const auto due = read();
    if (!known || !due) return false;
    known->earliest = earliest_of(*due);
    if (known->is_of_today() && base::write_part(file_, 0, to_line(*known))) return true;
    return written(*due);
}

}  // namespace store
