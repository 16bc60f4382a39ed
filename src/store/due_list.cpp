#include "store/due_list.h"

#include <algorithm>

#include "base/text.h"

namespace store {
namespace {

constexpr mode_t kPrivateFile = 0600;

std::vector<std::pair<base::UtcTime, std::string>> by_time(const DueList& due) {
    std::vector<std::pair<base::UtcTime, std::string>> sorted;
    sorted.reserve(due.size());
    for (const auto& [app, at] : due)
        sorted.emplace_back(at, app);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

}  // namespace

DueList parse_due_list(std::string_view text) {
    DueList due;
    for (const std::string_view line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        if (words.size() != 2) continue;
        const auto seconds = base::parse_integer(words[0]);
        if (seconds) due.insert_or_assign(std::string{words[1]}, base::from_unix(*seconds));
    }
    return due;
}

std::string to_text(const DueList& due) {
    std::string text;
    for (const auto& [at, app] : by_time(due))
        text += std::to_string(base::to_unix(at)) + " " + app + "\n";
    return text;
}

DueList read_due_list(const base::Path& file) {
    const auto text = base::read_file(file);
    return text ? parse_due_list(*text) : DueList{};
}

base::Result<void> note_due(const base::Path& file, std::string_view app,
                            std::optional<base::UtcTime> at) {
    DueList due = read_due_list(file);
    const auto found = due.find(app);
    const bool known = found != due.end();
    if (at) {
        if (known && found->second == *at) return {};
        due.insert_or_assign(std::string{app}, *at);
    } else {
        if (!known) return {};
        due.erase(found);
    }
    return base::replace_file(file, to_text(due), kPrivateFile);
}

std::vector<std::string> due_at(const DueList& due, base::UtcTime now) {
    std::vector<std::string> apps;
    for (const auto& [at, app] : by_time(due)) {
        if (at > now) break;
        apps.push_back(app);
    }
    return apps;
}

}  // namespace store
