// The states of apps and their index, `state/due`.
#include <algorithm>

#include "base/clock.h"
#include "base/directory.h"
#include "store/app_summary.h"
#include "store/damaged_state.h"
#include "store/due_index.h"
#include "store/local_store.h"

namespace store {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr std::string_view kStateEnd = ".json";

}  // namespace

base::Path LocalStore::state_file(std::string_view app) const {
    return state_folder() / (std::string{app} + std::string{kStateEnd});
}

bool LocalStore::has_state(std::string_view app) const {
    return base::stamp_file(state_file(app)).has_value();
}

base::Result<LocalStore::StoredState> LocalStore::load_state(std::string_view app) const {
    const base::Path file = state_file(app);
    const auto text = base::read_file(file);
    if (!text) {
        if (text.error().kind == base::ErrorKind::not_found) return StoredState{};
        return text.error();
    }
    auto state = parse_app_state(*text);
    if (state) return StoredState{std::move(*state), false};
    if (state.error().kind != base::ErrorKind::protocol) {
        state.error().message = file.string() + ": " + state.error().message;
        return std::move(state).error();
    }
    StoredState lost;
    lost.is_damaged = true;
    const auto stamp = base::stamp_file(file);
    lost.state.damaged =
        stamp ? base::from_unix(stamp->modified_ns / 1'000'000'000) : base::SystemClock{}.now();
    return lost;
}

base::Result<AppState> LocalStore::read_state(std::string_view app) const {
    auto stored = load_state(app);
    if (!stored) return std::move(stored).error();
    return std::move(stored->state);
}

base::Result<void> LocalStore::update_state(std::string_view app,
                                            const std::function<void(AppState&)>& change) const {
    return update_state_if(app, [&](AppState& state) {
        change(state);
        return true;
    });
}

base::Result<void> LocalStore::update_state_if(std::string_view app,
                                               const std::function<bool(AppState&)>& change) const {
    const auto lock = lock_states();
    if (!lock) return lock.error();
    if (!swept_) {
        if (auto swept = base::remove_leftovers(state_folder()); !swept) return swept;
        swept_ = true;
    }
    auto stored = load_state(app);
    if (!stored) return std::move(stored).error();
    AppState& state = stored->state;
    const auto due_before = state.due;
    if (!change(state)) return {};
    // An entry too many costs one look, one too few would never be looked at: it comes first, and
    // goes last.
    if (state.due) {
        if (auto noted = note_due(app, state.due, due_before); !noted) return noted;
    }
    auto written = stored->is_damaged ? replace_damaged_state(app, state) : write_state(app, state);
    if (written && !state.due) return note_due(app, std::nullopt, due_before);
    return written;
}

base::Result<void> LocalStore::write_state(std::string_view app, const AppState& state) const {
    return base::ensure_file(state_file(app), to_text(state).reveal(), kPrivateFile);
}

base::Result<void> LocalStore::replace_damaged_state(std::string_view app,
                                                     const AppState& state) const {
    const auto aside = put_damaged_state_aside(state_folder(), app, base::SystemClock{}.now());
    if (!aside) return aside.error();
    auto written = write_state(app, state);
    if (written) return forget_old_damaged_states(state_folder(), app);
    // The damaged one is still in its place; the next try puts it aside.
    (void)base::remove_file(*aside);
    return written;
}

base::Result<void> LocalStore::update_existing_state(
    std::string_view app, const std::function<void(AppState&)>& change) const {
    if (!has_state(app)) return {};
    return update_state_if(app, [&](AppState& state) {
        // It may have been removed while the lock was waited for.
        if (!has_state(app)) return false;
        change(state);
        return true;
    });
}

base::Result<void> LocalStore::wake(std::string_view app, base::UtcTime now) const {
    return update_existing_state(app, [&](AppState& state) {
        for (NameState& name : state.names) {
            if (is_settled(name) && !name.next_try) continue;
            name.next_try = std::max(now, name.not_before.value_or(now));
            name.next_try_set = now;
            state.due = std::min(state.due.value_or(*name.next_try), *name.next_try);
        }
    });
}

DueTimes LocalStore::due_of_states() const {
    DueTimes due;
    const auto files = base::list_directory(state_folder());
    for (const std::string& file : files.value_or({})) {
        if (!file.ends_with(kStateEnd) || file.starts_with('.')) continue;
        const std::string app = file.substr(0, file.size() - kStateEnd.size());
        const auto stored = load_state(app);
        // Whoever looks at what cannot be read says so, or mends it.
        const bool unread = !stored || stored->is_damaged;
        if (unread) due.emplace(app, base::SystemClock{}.now());
        if (!unread && stored->state.due) due.emplace(app, *stored->state.due);
    }
    return due;
}

DueTimes LocalStore::due_times() const {
    auto due = read_due_index(due_file());
    return due ? std::move(*due) : due_of_states();
}

base::Result<void> LocalStore::note_due(std::string_view app, std::optional<base::UtcTime> at,
                                        std::optional<base::UtcTime> before) const {
    // With thousands of apps the index is large, and most changes of a state do not move its time.
    if (at == before && read_due_head(due_file())) return {};
    DueTimes due = due_times();
    if (at) {
        due.insert_or_assign(std::string{app}, *at);
    } else if (const auto found = due.find(app); found != due.end()) {
        due.erase(found);
    }
    return write_due_index(due_file(), due);
}

std::optional<DueHead> LocalStore::due_head() const {
    return store::read_due_head(due_file());
}

bool LocalStore::is_due_index_lost() const {
    return !read_due_index(due_file());
}

base::Result<void> LocalStore::rebuild_due_index() const {
    const auto lock = lock_states();
    if (!lock) return lock.error();
    return write_due_index(due_file(), due_of_states());
}

base::Result<void> LocalStore::postpone(std::string_view app, base::UtcTime until) const {
    const auto lock = lock_states();
    if (!lock) return lock.error();
    return note_due(app, until, std::nullopt);
}

base::Result<void> LocalStore::reindex(std::string_view app) const {
    const auto lock = lock_states();
    if (!lock) return lock.error();
    const auto state = read_state(app);
    if (!state) return state.error();
    DueTimes due = due_times();
    const auto found = due.find(app);
    if (found != due.end()) due.erase(found);
    if (state->due) due.emplace(app, *state->due);
    return write_due_index(due_file(), due);
}

std::vector<std::string> LocalStore::due_apps(base::UtcTime now) const {
    return due_at(due_times(), now);
}

std::vector<std::string> LocalStore::waiting_apps() const {
    std::vector<std::string> apps;
    for (const auto& [app, at] : due_times())
        apps.push_back(app);
    return apps;
}

base::Result<void> LocalStore::copy_state(std::string_view from, std::string_view to) const {
    if (!has_state(from)) return {};
    auto old = read_state(from);
    if (!old) return std::move(old).error();
    old->order.reset();
    return update_state(to, [&](AppState& state) { state = std::move(*old); });
}

base::Result<void> LocalStore::remove_state(std::string_view app) const {
    {
        const auto states = lock_states();
        if (!states) return states.error();
        if (auto removed = base::remove_file(state_file(app)); !removed) return removed;
        if (auto removed = remove_damaged_states(state_folder(), app); !removed) return removed;
        DueTimes due = due_times();
        if (due.erase(std::string{app}) != 0) {
            if (auto noted = write_due_index(due_file(), due); !noted) return noted;
        }
    }
    // A lock that a run holds stays: unlinked, it would no longer keep a second run out.
    if (!base::file_exists(lock_file(app))) return {};
    const auto lock = base::FileLock::try_acquire(lock_file(app));
    if (lock) return base::remove_file(lock_file(app));
    if (lock.error().kind == base::ErrorKind::busy) return {};
    return lock.error();
}

}  // namespace store
