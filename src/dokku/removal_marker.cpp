#include "dokku/removal_marker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/directory.h"
#include "base/text.h"
#include "dokku/certs.h"

namespace dokku {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::size_t kMaxBytes = 4096;

constexpr std::array<std::pair<RemovalKind, std::string_view>, 3> kKinds{{
    {RemovalKind::disable, "disable"},
    {RemovalKind::revoke, "revoke"},
    {RemovalKind::exchange, "exchange"},
}};

base::Path removing_folder(const Environment& environment) {
    return environment.global_root() / "state" / "removing";
}

std::string_view to_text(RemovalKind kind) {
    const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                    [&](const auto& one) { return one.first == kind; });
    return found->second;
}

/// Three lines: who, what for, and which pair.
PendingRemoval read_marker(const base::Path& file, AppName app) {
    PendingRemoval removal{std::move(app), {}, RemovalKind::exchange, {}};
    const auto text = base::read_file(file, kMaxBytes);
    const auto lines = base::split_lines(text ? *text : std::string_view{});
    if (lines.size() < 2) return removal;
    const auto writer = base::parse_process_identity(lines[0]);
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const auto& one) { return one.second == lines[1]; });
    if (!writer || kind == kKinds.end()) return removal;
    removal.writer = *writer;
    removal.kind = kind->first;
    if (lines.size() > 2) removal.pair = lines[2];
    return removal;
}

}  // namespace

base::Result<void> mark_removal(const Environment& environment, const AppName& app,
                                RemovalKind kind) {
    const base::Path folder = removing_folder(environment);
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) return made;
    if (auto swept = base::remove_leftovers(folder, app.text()); !swept) return swept;
    const std::string text = base::to_text(base::this_process()) + "\n" +
                             std::string{to_text(kind)} + "\n" + stamp_pair(environment, app) +
                             "\n";
    return base::replace_file(folder / app.text(), text, kPrivateFile);
}

base::Result<void> unmark_removal(const Environment& environment, const AppName& app) {
    return base::remove_file(removing_folder(environment) / app.text());
}

std::vector<PendingRemoval> pending_removals(const Environment& environment) {
    std::vector<PendingRemoval> removals;
    const base::Path folder = removing_folder(environment);
    const auto names = base::list_directory(folder);
    if (!names) return removals;
    for (const std::string& name : *names) {
        if (auto app = AppName::parse(name)) {
            removals.push_back(read_marker(folder / name, std::move(*app)));
        }
    }
    return removals;
}

std::optional<PendingRemoval> pending_removal(const Environment& environment, const AppName& app) {
    const base::Path file = removing_folder(environment) / app.text();
    if (!base::file_exists(file)) return std::nullopt;
    return read_marker(file, app);
}

bool is_of_pair_in_place(const Environment& environment, const PendingRemoval& removal) {
    if (removal.kind == RemovalKind::exchange) return false;
    const std::string pair = stamp_pair(environment, removal.app);
    return pair.empty() || pair == removal.pair;
}

}  // namespace dokku
