#include "store/damaged_state.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/directory.h"

namespace store {
namespace {

constexpr std::size_t kKept = 3;
constexpr mode_t kPrivateFile = 0600;

std::string prefix_of(std::string_view app) {
    return std::string{app} + ".damaged-";
}

/// `2026-11-26T162428Z`: sorts by time, and needs no quotes in a shell.
std::string to_file_time(base::UtcTime time) {
    std::string text = base::to_rfc3339(time);
    text.erase(std::remove(text.begin(), text.end(), ':'), text.end());
    return text;
}

/// Leaves the newest `kept` of an app.
base::Result<void> remove_all_but(const base::Path& folder, std::string_view app,
                                  std::size_t kept) {
    const auto names = base::list_directory(folder);
    if (!names) return names.error();
    const std::string prefix = prefix_of(app);
    std::vector<std::string> aside;
    for (const std::string& name : *names) {
        // The state of an app that is called `shop.damaged-1` is none of them.
        if (name.starts_with(prefix) && name.ends_with('Z')) aside.push_back(name);
    }
    for (std::size_t i = 0; i + kept < aside.size(); ++i) {
        if (auto removed = base::remove_file(folder / aside[i]); !removed) return removed;
    }
    return {};
}

}  // namespace

base::Result<base::Path> put_damaged_state_aside(const base::Path& folder, std::string_view app,
                                                 base::UtcTime now) {
    const auto text = base::read_file(folder / (std::string{app} + ".json"));
    if (!text) return text.error();
    base::Path aside = folder / (prefix_of(app) + to_file_time(now));
    if (auto kept = base::replace_file(aside, *text, kPrivateFile); !kept) {
        return std::move(kept).error();
    }
    return aside;
}

base::Result<void> forget_old_damaged_states(const base::Path& folder, std::string_view app) {
    return remove_all_but(folder, app, kKept);
}

base::Result<void> remove_damaged_states(const base::Path& folder, std::string_view app) {
    return remove_all_but(folder, app, 0);
}

}  // namespace store
