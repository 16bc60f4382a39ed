#include "lifecycle/replaced_pair.h"

#include <algorithm>
#include <string>

#include "base/directory.h"

namespace lifecycle {
namespace {

/// `2026-11-21T23:09:05Z` without what a path should not hold.
std::string to_folder_time(base::UtcTime time) {
    std::string text = base::to_rfc3339(time);
    text.erase(std::remove(text.begin(), text.end(), ':'), text.end());
    return text;
}

}  // namespace

base::Result<base::Path> keep_replaced_pair(const dokku::Environment& environment,
                                            const dokku::AppName& app, base::UtcTime now) {
    constexpr mode_t kFolder = 0700;
    constexpr mode_t kFile = 0600;
    base::Path kept =
        environment.app_root(app) / "letsencrypt" / ("replaced-" + to_folder_time(now));
    if (auto made = base::make_directories(kept, kFolder); !made) return std::move(made).error();
    for (const char* name : {"server.crt", "server.key"}) {
        const auto content = base::read_file(environment.tls_root(app) / name);
        if (!content && content.error().kind == base::ErrorKind::not_found) continue;
        if (!content) return content.error();
        if (auto copied = base::replace_file(kept / name, *content, kFile); !copied) {
            return std::move(copied).error();
        }
    }
    return kept;
}

}  // namespace lifecycle
