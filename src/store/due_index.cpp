#include "store/due_index.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace store {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr std::string_view kForm = "1";
constexpr std::string_view kNone = "-";
/// Ten thousand apps have a quarter of a megabyte.
constexpr std::size_t kMaxBytes = 64UL << 20U;

using Entry = std::pair<base::UtcTime, std::string>;

std::vector<Entry> by_time(const DueTimes& due) {
    std::vector<Entry> sorted;
    sorted.reserve(due.size());
    for (const auto& [app, at] : due)
        sorted.emplace_back(at, app);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

std::optional<Entry> parse_entry(std::string_view line) {
    const auto words = base::split_words(line);
    if (words.size() != 2) return std::nullopt;
    const auto seconds = base::parse_integer(words[0]);
    if (!seconds) return std::nullopt;
    return Entry{base::from_unix(*seconds), std::string{words[1]}};
}

}  // namespace

std::optional<DueHead> parse_due_head(std::string_view text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto words = base::split_words(text.substr(0, end));
    if (words.size() != 3 || words[0] != kForm) return std::nullopt;
    const auto apps = base::parse_integer(words[2]);
    if (!apps || *apps < 0 || (*apps == 0) != (words[1] == kNone)) return std::nullopt;
    DueHead head{std::nullopt, static_cast<std::size_t>(*apps)};
    if (words[1] == kNone) return head;
    const auto seconds = base::parse_integer(words[1]);
    if (!seconds) return std::nullopt;
    head.earliest = base::from_unix(*seconds);
    return head;
}

std::optional<DueTimes> parse_due_index(std::string_view text) {
    const auto head = parse_due_head(text);
    if (!head || !text.ends_with('\n')) return std::nullopt;
    const auto lines = base::split_lines(text);
    if (lines.size() != head->apps + 1) return std::nullopt;
    DueTimes due;
    std::optional<base::UtcTime> earliest;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        auto entry = parse_entry(lines[i]);
        if (!entry || !due.emplace(std::move(entry->second), entry->first).second) {
            return std::nullopt;
        }
        earliest = std::min(earliest.value_or(entry->first), entry->first);
    }
    if (earliest != head->earliest) return std::nullopt;
    return due;
}

std::string to_text(const DueTimes& due) {
    const auto sorted = by_time(due);
    std::string text{kForm};
    text += " ";
    text +=
        sorted.empty() ? std::string{kNone} : std::to_string(base::to_unix(sorted.front().first));
    text += " " + std::to_string(sorted.size()) + "\n";
    for (const auto& [at, app] : sorted)
        text += std::to_string(base::to_unix(at)) + " " + app + "\n";
    return text;
}

std::optional<DueHead> read_due_head(const base::Path& file) {
    constexpr std::size_t kEnough = 64;
    const auto text = base::read_part(file, 0, kEnough);
    return text ? parse_due_head(*text) : std::nullopt;
}

std::optional<DueTimes> read_due_index(const base::Path& file) {
    const auto text = base::read_file(file, kMaxBytes);
    return text ? parse_due_index(*text) : std::nullopt;
}

base::Result<void> write_due_index(const base::Path& file, const DueTimes& due) {
    return base::ensure_file(file, to_text(due), kPrivateFile);
}

std::vector<std::string> due_at(const DueTimes& due, base::UtcTime now) {
    std::vector<std::string> apps;
    for (const auto& [at, app] : by_time(due)) {
        if (at > now) break;
        apps.push_back(app);
    }
    return apps;
}

}  // namespace store
