// Whether what a run has to write could be written.
#include "base/access.h"
#include "base/directory.h"
#include "store/local_store.h"

namespace store {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;

}  // namespace

base::Result<void> LocalStore::require_writable(std::string_view app) const {
    if (auto made = base::make_directories(state_folder(), kPrivateFolder); !made) return made;
    if (auto free = base::require_writable_folder(state_folder()); !free) return free;
    for (const base::Path& file : {due_file(), state_file(app)}) {
        if (auto free = base::check_replaceable(file); !free) return free;
    }
    for (const base::Path& file : {issued_file(), ledger_file()}) {
        if (auto open = base::require_appendable(file, kPrivateFile); !open) return open;
    }
    return {};
}

base::Result<void> LocalStore::check_writable(std::string_view app) const {
    for (const base::Path& folder :
         {root_, state_folder(), root_ / "locks", state_lock_file(app).parent_path()}) {
        if (auto free = base::check_writable_folder(folder); !free) return free;
    }
    for (const base::Path& file : {issued_file(), ledger_file(), index_lock_file(),
                                   state_lock_file(app), run_lock_file(), lock_file(app)}) {
        if (auto free = base::check_writable_file(file); !free) return free;
    }
    for (const base::Path& file : {due_file(), state_file(app)}) {
        if (auto free = base::check_replaceable(file); !free) return free;
    }
    return {};
}

}  // namespace store
