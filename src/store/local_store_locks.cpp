#include <sys/stat.h>

#include "base/directory.h"
#include "store/local_store.h"

namespace store {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr std::chrono::seconds kStatePatience{5};

}  // namespace

base::Result<base::FileLock> LocalStore::lock_states() const {
    const base::Path folder = root_ / "state";
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) {
        return std::move(made).error();
    }
    base::SystemClock clock;
    return base::FileLock::acquire(folder / ".lock", kStatePatience, clock);
}

base::Result<base::FileLock> LocalStore::try_lock_app(std::string_view app) const {
    base::SystemClock clock;
    return lock_app(app, std::chrono::milliseconds{0}, clock);
}

base::Result<base::FileLock> LocalStore::lock_app(std::string_view app,
                                                  std::chrono::milliseconds patience,
                                                  base::Clock& clock) const {
    const base::Path folder = root_ / "locks";
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) {
        return std::move(made).error();
    }
    auto lock = base::FileLock::acquire(folder / std::string{app}, patience, clock);
    if (!lock && lock.error().kind == base::ErrorKind::busy) {
        return base::fail(base::ErrorKind::busy,
                          "Another run is at work for " + std::string{app} + " right now",
                          {"Wait for it to end, then try again."});
    }
    return lock;
}

base::Result<base::FileLock> LocalStore::lock_accounts(std::chrono::milliseconds patience,
                                                       base::Clock& clock) const {
    // No app's name begins with a dot.
    return lock_app(".accounts", patience, clock);
}

base::Result<base::FileLock> LocalStore::lock_run(std::chrono::milliseconds patience,
                                                  base::Clock& clock) const {
    const base::Path folder = root_ / "locks";
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) {
        return std::move(made).error();
    }
    // No app's name begins with a dot.
    auto lock = base::FileLock::acquire(folder / ".run", patience, clock);
    if (!lock && lock.error().kind == base::ErrorKind::busy) {
        return base::fail(base::ErrorKind::busy,
                          "Another run over all apps is under way; it does what is due",
                          {"Nothing was done. See how it goes with: dokku letsencrypt:status"});
    }
    return lock;
}

bool LocalStore::is_run_under_way() const {
    const base::Path file = root_ / "locks" / ".run";
    if (!base::file_exists(file)) return false;
    const auto lock = base::FileLock::try_acquire(file);
    return !lock && lock.error().kind == base::ErrorKind::busy;
}

}  // namespace store
