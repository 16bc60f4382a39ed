#include "tls/backup.h"

#include <algorithm>
#include <string>

#include "base/directory.h"

namespace tls {
namespace {

/// `2026-11-21T23:09:05Z` without what a path should not hold.
std::string to_folder_time(base::UtcTime time) {
    std::string text = base::to_rfc3339(time);
    text.erase(std::remove(text.begin(), text.end(), ':'), text.end());
    return text;
}

/// With a number behind it where another pair was kept in the same second.
std::string free_name(const base::Path& app_root, const std::string& name) {
    std::string free = name;
    for (int i = 2; base::directory_exists(app_root / free); ++i)
        free = name + "-" + std::to_string(i);
    return free;
}

}  // namespace

base::Result<std::string> back_up_pair(const base::Path& app_root, base::UtcTime now) {
    constexpr mode_t kFolder = 0700;
    constexpr mode_t kFile = 0600;
    std::string name = free_name(app_root, "letsencrypt/replaced-" + to_folder_time(now));
    const base::Path kept = app_root / name;
    if (auto made = base::make_directories(kept, kFolder); !made) return std::move(made).error();
    for (const char* file : {"server.crt", "server.key"}) {
        const auto content = base::read_file(app_root / "tls" / file);
        if (!content && content.error().kind == base::ErrorKind::not_found) continue;
        if (!content) return content.error();
        if (auto copied = base::replace_file(kept / file, *content, kFile); !copied) {
            return std::move(copied).error();
        }
    }
    return name;
}

}  // namespace tls
