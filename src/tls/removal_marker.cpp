#include "tls/removal_marker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/directory.h"
#include "base/text.h"
#include "tls/certs.h"

namespace tls {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::size_t kMaxBytes = 4096;

constexpr std::array<std::pair<RemovalKind, std::string_view>, 3> kKinds{{
    {RemovalKind::disable, "disable"},
    {RemovalKind::revoke, "revoke"},
    {RemovalKind::exchange, "exchange"},
}};

base::Path removing_folder(const dokku::Environment& environment) {
    return environment.global_root() / "state" / "removing";
}

std::string_view to_text(RemovalKind kind) {
    const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                    [&](const auto& one) { return one.first == kind; });
    return found->second;
}

base::Result<void> write_marker(const dokku::Environment& environment,
                                const PendingRemoval& removal) {
    const base::Path folder = removing_folder(environment);
    std::string text = base::to_text(removal.writer) + "\n" + std::string{to_text(removal.kind)} +
                       "\n" + removal.pair + "\n";
    if (removal.not_before) text += base::to_rfc3339(*removal.not_before) + "\n";
    return base::replace_file(folder / removal.app.text(), text, kPrivateFile);
}

/// Three lines: who, what for, and which pair; a fourth says when it is tried again.
PendingRemoval read_marker(const base::Path& file, dokku::AppName app) {
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
    if (lines.size() > 3) removal.not_before = base::parse_rfc3339(lines[3]);
    return removal;
}

}  // namespace

bool PendingRemoval::is_due(base::UtcTime now) const {
    // A time that is further off was written by another clock.
    return !not_before || now >= *not_before || now + kTryRemovalAgain < *not_before;
}

base::Result<void> mark_removal(const dokku::Environment& environment, const dokku::AppName& app,
                                RemovalKind kind) {
    const base::Path folder = removing_folder(environment);
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) return made;
    if (auto swept = base::remove_leftovers(folder, app.text()); !swept) return swept;
    return write_marker(environment,
                        {app, base::this_process(), kind, stamp_pair(environment, app)});
}

std::optional<base::UtcTime> postpone_removal(const dokku::Environment& environment,
                                              const dokku::AppName& app, base::UtcTime now) {
    auto removal = pending_removal(environment, app);
    if (!removal) return std::nullopt;
    removal->not_before = now + kTryRemovalAgain;
    (void)write_marker(environment, *removal);  // else the next run tries, which is no harm
    return removal->not_before;
}

base::Result<void> unmark_removal(const dokku::Environment& environment,
                                  const dokku::AppName& app) {
    return base::remove_file(removing_folder(environment) / app.text());
}

std::vector<PendingRemoval> pending_removals(const dokku::Environment& environment) {
    std::vector<PendingRemoval> removals;
    const base::Path folder = removing_folder(environment);
    const auto names = base::list_directory(folder);
    if (!names) return removals;
    for (const std::string& name : *names) {
        if (auto app = dokku::AppName::parse(name)) {
            removals.push_back(read_marker(folder / name, std::move(*app)));
        }
    }
    return removals;
}

std::optional<PendingRemoval> pending_removal(const dokku::Environment& environment,
                                              const dokku::AppName& app) {
    const base::Path file = removing_folder(environment) / app.text();
    if (!base::file_exists(file)) return std::nullopt;
    return read_marker(file, app);
}

bool is_of_pair_in_place(const dokku::Environment& environment, const PendingRemoval& removal) {
    if (removal.kind == RemovalKind::exchange) return false;
    const std::string pair = stamp_pair(environment, removal.app);
    return pair.empty() || pair == removal.pair;
}

}  // namespace tls
