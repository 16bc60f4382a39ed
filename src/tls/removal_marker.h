#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/process_identity.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace tls {

/// Why the folder `tls` of an app may be missing for a moment. While its vhost still names the pair
/// in it, nginx refuses its whole configuration, for every app: who takes the folder away says so
/// first, in the file `--global/state/removing/APP`, and takes the file away last.
enum class RemovalKind {
    disable,   ///< `letsencrypt:disable`: the pair goes for good, and so does all else of ours
    revoke,    ///< `letsencrypt:revoke`: the pair goes for good
    exchange,  ///< another pair takes its place, where that needs two steps
};

struct PendingRemoval {
    dokku::AppName app;
    base::ProcessIdentity writer;
    RemovalKind kind = RemovalKind::exchange;
    std::string pair;                           ///< stamp_pair of what is removed
    std::optional<base::UtcTime> not_before{};  ///< it failed, and is tried again then

    /// Its writer has ended without taking the file away.
    bool is_cut_short() const { return !base::is_alive(writer); }
    bool is_due(base::UtcTime now) const;
};

/// Each try has the vhost rebuilt, while nginx can load nothing for any app.
constexpr std::chrono::hours kTryRemovalAgain{1};

/// Notes that this process removes the pair that is in place now. `io` if that cannot be noted: the
/// pair must stay then.
base::Result<void> mark_removal(const dokku::Environment& environment, const dokku::AppName& app,
                                RemovalKind kind);

/// The removal has failed. Returns when a run is to try again; nothing if it has left no mark.
std::optional<base::UtcTime> postpone_removal(const dokku::Environment& environment,
                                              const dokku::AppName& app, base::UtcTime now);

/// The removal has come to its end, or is void. Absent already is success; else `io`.
base::Result<void> unmark_removal(const dokku::Environment& environment, const dokku::AppName& app);

/// One look into a folder that is normally empty or missing. A file that cannot be read counts as
/// an exchange of a process that has ended: nothing is removed for its sake.
std::vector<PendingRemoval> pending_removals(const dokku::Environment& environment);

/// The same for one app; nothing if there is none.
std::optional<PendingRemoval> pending_removal(const dokku::Environment& environment,
                                              const dokku::AppName& app);

/// Is a pair of the app to go, and is it the one in place, or none there? Not where another pair
/// was installed after the command that was to remove one: that command's mark is void then.
bool is_of_pair_in_place(const dokku::Environment& environment, const PendingRemoval& removal);

}  // namespace tls
