#include "settings/exclusions.h"

#include <algorithm>
#include <cctype>
#include <fnmatch.h>

#include "base/text.h"
#include "dokku/property.h"

namespace settings {
namespace {

base::Result<void> check_pattern(std::string_view pattern) {
    constexpr std::size_t kMaxBytes = 253;
    // Domains are stored as they were typed, so also in other scripts.
    const bool is_plain = std::all_of(pattern.begin(), pattern.end(), [](char c) {
        const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
        return !is_ascii || std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view{"-_.*"}.find(c) != std::string_view::npos;
    });
    const bool has_empty_label =
        pattern.starts_with('.') || pattern.find("..") != std::string_view::npos;
    if (is_plain && !has_empty_label && !pattern.empty() && pattern.size() <= kMaxBytes &&
        pattern.front() != '-') {
        return {};
    }
    return base::fail(base::ErrorKind::invalid_input,
                      "'" + base::printable(pattern) + "' is no domain",
                      {"Give domains such as www.example.com, or patterns such as "
                       "'*.internal.example.com'"});
}

base::Result<std::vector<std::string>> read_exclusions(const dokku::PropertyStore& store,
                                                       const dokku::AppName& app) {
    const auto text = store.get(app, kExclusionsKey);
    if (!text) return text.error();
    std::vector<std::string> patterns;
    for (const std::string_view word : base::split_words(*text))
        patterns.emplace_back(word);
    return patterns;
}

enum class Change { add, remove };

base::Result<bool> change_exclusions(const dokku::Environment& environment,
                                     const dokku::AppName& app,
                                     const std::vector<std::string>& patterns, Change change) {
    for (const std::string& pattern : patterns) {
        if (auto checked = check_pattern(pattern); !checked) return std::move(checked).error();
    }
    const dokku::PropertyStore store{environment};
    auto kept = read_exclusions(store, app);
    if (!kept) return std::move(kept).error();
    const auto before = *kept;
    for (const std::string& word : patterns) {
        const std::string pattern = base::to_lower(word);
        kept->erase(std::remove(kept->begin(), kept->end(), pattern), kept->end());
        if (change == Change::add) kept->push_back(pattern);
    }
    std::sort(kept->begin(), kept->end());
    if (*kept == before) return false;
    const auto written = kept->empty() ? store.unset(app, kExclusionsKey)
                                       : store.set(app, kExclusionsKey, base::join(*kept, " "));
    if (!written) return written.error();
    return true;
}

}  // namespace

bool is_excluded(const std::vector<std::string>& patterns, std::string_view domain) {
    const std::string name{domain};
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
    });
}

base::Result<bool> add_exclusions(const dokku::Environment& environment, const dokku::AppName& app,
                                  const std::vector<std::string>& patterns) {
    return change_exclusions(environment, app, patterns, Change::add);
}

base::Result<bool> remove_exclusions(const dokku::Environment& environment,
                                     const dokku::AppName& app,
                                     const std::vector<std::string>& patterns) {
    return change_exclusions(environment, app, patterns, Change::remove);
}

}  // namespace settings
