#include <sys/stat.h>

#include "base/directory.h"
#include "store/local_store.h"

namespace store {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr std::chrono::seconds kStatePatience{5};

base::Unexpected<base::Error> refuse_held_lock(const base::Path& file, const std::string& work) {
    if (const auto stuck = find_stuck_run(file, kLongestForApp)) {
        return base::fail(base::ErrorKind::busy,
                          "A run at work " + work + " has come to no end (" + to_text(*stuck) + ")",
                          steps_against(*stuck));
    }
    return base::fail(base::ErrorKind::busy, "Another run is at work " + work + " right now",
                      {"Wait for it to end, then try again."});
}

}  // namespace

base::Result<base::FileLock> LocalStore::lock_state(std::string_view app) const {
    return lock_shortly(state_lock_file(app), "The state of " + std::string{app});
}

base::Result<base::FileLock> LocalStore::lock_index() const {
    return lock_shortly(index_lock_file(), "The index of states of apps");
}

base::Result<base::FileLock> LocalStore::lock_shortly(const base::Path& file,
                                                      const std::string& what) const {
    for (const base::Path& folder : {state_folder(), file.parent_path()}) {
        if (auto made = base::make_directories(folder, kPrivateFolder); !made) {
            return std::move(made).error();
        }
    }
    base::SystemClock clock;
    // Once is enough: a run writes many states, and each several times.
    const auto patience = held_locks_.contains(file) ? std::chrono::seconds{0} : kStatePatience;
    auto lock = base::FileLock::acquire(file, patience, clock);
    if (lock || lock.error().kind != base::ErrorKind::busy) return lock;
    held_locks_.insert(file);
    const auto stuck = store::find_stuck_run(file, std::chrono::hours{0});
    return base::fail(base::ErrorKind::busy,
                      what + " cannot be written: its lock is held" +
                          (stuck ? " by " + to_text(*stuck) : std::string{}),
                      stuck ? steps_against(*stuck) : std::vector<std::string>{});
}

base::Result<base::FileLock> LocalStore::try_lock_app(std::string_view app, IfHeld if_held) const {
    return try_lock(app, "for " + std::string{app}, if_held);
}

base::Result<base::FileLock> LocalStore::try_lock_accounts(IfHeld if_held) const {
    // No app's name begins with a dot.
    return try_lock(".accounts", "with the accounts of this host", if_held);
}

base::Result<base::FileLock> LocalStore::try_lock(std::string_view name, const std::string& work,
                                                  IfHeld if_held) const {
    if (auto made = base::make_directories(root_ / "locks", kPrivateFolder); !made) {
        return std::move(made).error();
    }
    auto lock = base::FileLock::try_acquire(lock_file(name));
    const bool is_held = !lock && lock.error().kind == base::ErrorKind::busy;
    if (is_held && if_held == IfHeld::tell) return refuse_held_lock(lock_file(name), work);
    return lock;
}

base::Result<base::FileLock> LocalStore::lock_app(std::string_view app,
                                                  std::chrono::milliseconds patience,
                                                  base::Clock& clock) const {
    const base::Path folder = root_ / "locks";
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) {
        return std::move(made).error();
    }
    auto lock = base::FileLock::acquire(lock_file(app), patience, clock);
    if (!lock && lock.error().kind == base::ErrorKind::busy) {
        return refuse_held_lock(lock_file(app), "for " + std::string{app});
    }
    return lock;
}

base::Result<base::FileLock> LocalStore::lock_run(std::chrono::milliseconds patience,
                                                  base::Clock& clock) const {
    const base::Path folder = root_ / "locks";
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) {
        return std::move(made).error();
    }
    auto lock = base::FileLock::acquire(run_lock_file(), patience, clock);
    if (!lock && lock.error().kind == base::ErrorKind::busy) {
        return base::fail(base::ErrorKind::busy,
                          "Another run over all apps is under way; it does what is due",
                          {"Nothing was done. See how it goes with: dokku letsencrypt:status"});
    }
    return lock;
}

base::Path LocalStore::run_lock_file() const {
    return lock_file(".run");  // no app's name begins with a dot
}

bool LocalStore::is_run_under_way() const {
    return base::find_lock_holder(run_lock_file()) && !find_stuck_run();
}

std::optional<StuckRun> LocalStore::find_stuck_run() const {
    return store::find_stuck_run(run_lock_file(), kLongestRun);
}

std::optional<StuckRun> LocalStore::find_stuck_run(std::string_view app) const {
    if (auto stuck = store::find_stuck_run(lock_file(app), kLongestForApp)) return stuck;
    if (auto stuck = store::find_stuck_run(state_lock_file(app), kLongestForStates)) return stuck;
    return find_stuck_writer();
}

std::optional<StuckRun> LocalStore::find_stuck_writer() const {
    return store::find_stuck_run(index_lock_file(), kLongestForStates);
}

}  // namespace store
