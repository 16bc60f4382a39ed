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

bool LocalStore::has_lost_state(std::string_view app) const {
    return seen_states_.contains(app) && !has_state(app);
}

base::Result<LocalStore::StoredState> LocalStore::load_state(std::string_view app) const {
    const base::Path file = state_file(app);
    const auto text = base::read_file(file);
    if (!text) {
        if (text.error().kind == base::ErrorKind::not_found) return StoredState{};
        return text.error();
    }
    seen_states_.emplace(app);
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
    const auto lock = lock_state(app);
    if (!lock) return lock.error();
    auto stored = load_state(app);
    if (!stored) return std::move(stored).error();
    AppState& state = stored->state;
    const auto due_before = state.due;
    if (has_lost_state(app) || !change(state)) return forget_lock_of_nothing(app);
    // An entry too early costs one look, one too late would be looked at too late: what comes
    // sooner is noted first, and what comes later last.
    const bool is_sooner = state.due && (!due_before || *state.due < *due_before);
    if (is_sooner) {
        if (auto noted = note_due(app, state.due); !noted) return noted;
    }
    auto written = stored->is_damaged ? replace_damaged_state(app, state) : write_state(app, state);
    if (!written || is_sooner) return written;
    // Most changes of a state do not move its time.
    if (state.due == due_before && due_head()) return {};
    return note_due(app, state.due);
}

/// The lock is ours, and goes with the state.
base::Result<void> LocalStore::forget_lock_of_nothing(std::string_view app) const {
    return has_state(app) ? base::Result<void>{} : base::remove_file(state_lock_file(app));
}

base::Result<void> LocalStore::write_state(std::string_view app, const AppState& state) const {
    return base::ensure_locked_file(state_file(app), to_text(state).reveal(), kPrivateFile);
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

base::Result<void> LocalStore::mark_due(std::string_view app, base::UtcTime now) const {
    return update_existing_state(app, [&](AppState& state) {
        for_each_certificate(state, [&](CertificateState& certificate) {
            for (NameState& name : certificate.names) {
                if (is_settled(name) && !name.next_try) continue;
                name.next_try = std::max(now, name.not_before.value_or(now));
                name.next_try_set = now;
                state.due = std::min(state.due.value_or(*name.next_try), *name.next_try);
            }
        });
    });
}

std::optional<base::UtcTime> LocalStore::due_of_state(std::string_view app) const {
    const auto stored = load_state(app);
    // The caller that looks at what cannot be read says so, or mends it.
    if (!stored || stored->is_damaged) return base::SystemClock{}.now();
    return stored->state.due;
}

DueTimes LocalStore::due_of_states() const {
    DueTimes due;
    const auto files = base::list_directory(state_folder());
    for (const std::string& file : files.value_or({})) {
        if (!file.ends_with(kStateEnd) || file.starts_with('.')) continue;
        const std::string app = file.substr(0, file.size() - kStateEnd.size());
        if (const auto at = due_of_state(app)) due.emplace(app, *at);
    }
    return due;
}

DueTimes LocalStore::due_times() const {
    auto due = due_index().read();
    return due ? std::move(*due) : due_of_states();
}

base::Result<void> LocalStore::note_due(std::string_view app,
                                        std::optional<base::UtcTime> at) const {
    {
        const auto lock = lock_index();
        if (!lock) return lock.error();
        const auto noted = due_index().note(app, at);
        if (!noted) return noted.error();
        if (!*noted) {
            DueTimes due = due_of_states();
            due.erase(std::string{app});
            if (at) due.emplace(app, *at);
            return due_index().write(due);
        }
    }
    // The disk is slow, and others have lines to append meanwhile.
    return due_index().sync();
}

bool LocalStore::is_any_due(base::UtcTime now) const {
    const auto head = due_head();
    if (!head) return true;
    if (!head->earliest || *head->earliest > now) return false;
    const auto due = due_index().read();
    if (!due || !due_at(*due, now).empty()) return true;
    // Who holds the lock may be at work for the next app already.
    if (const auto lock = base::FileLock::try_acquire(index_lock_file())) {
        (void)due_index().tighten();
    }
    return false;
}

bool LocalStore::is_due_index_lost() const {
    return !due_index().read();
}

base::Result<void> LocalStore::rebuild_due_index() const {
    const auto known = due_index().read();
    if (!known) {
        const auto lock = lock_index();
        if (!lock) return lock.error();
        return due_index().read() ? base::Result<void>{} : due_index().write(due_of_states());
    }
    const DueTimes right = due_of_states();
    base::Result<void> mended;
    // One whose state is locked is no reason to leave the others as they are.
    const auto mend = [&](const std::string& app) {
        if (auto done = reindex(app); !done && mended) mended = std::move(done);
    };
    for (const auto& [app, at] : *known) {
        if (!right.contains(app)) mend(app);
    }
    for (const auto& [app, at] : right) {
        const auto found = known->find(app);
        if (found == known->end() || found->second != at) mend(app);
    }
    return mended;
}

base::Result<void> LocalStore::sweep_states() const {
    return base::remove_leftovers(state_folder());
}

base::Result<void> LocalStore::postpone(std::string_view app, base::UtcTime until) const {
    const auto lock = lock_state(app);
    if (!lock) return lock.error();
    return note_due(app, until);
}

base::Result<void> LocalStore::reindex(std::string_view app) const {
    const auto lock = lock_state(app);
    if (!lock) return lock.error();
    if (auto noted = note_due(app, due_of_state(app)); !noted) return noted;
    return forget_lock_of_nothing(app);
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
    for_each_certificate(*old, [](CertificateState& certificate) {
        certificate.order.reset();
        certificate.claim.reset();
    });
    return update_state(to, [&](AppState& state) { state = std::move(*old); });
}

base::Result<void> LocalStore::remove_state(std::string_view app) const {
    {
        const auto lock = lock_state(app);
        if (!lock) return lock.error();
        // Who removes it knows of that.
        const auto seen = seen_states_.find(app);
        if (seen != seen_states_.end() && has_state(app)) seen_states_.erase(seen);
        if (auto removed = base::remove_file(state_file(app)); !removed) return removed;
        if (auto removed = base::remove_locked_leftover(state_file(app)); !removed) return removed;
        if (auto removed = remove_damaged_states(state_folder(), app); !removed) return removed;
        // One that was lost is made anew without the app.
        if (due_head()) {
            if (auto noted = note_due(app, std::nullopt); !noted) return noted;
        }
        if (auto removed = base::remove_file(state_lock_file(app)); !removed) return removed;
    }
    // A lock that a run holds stays: unlinked, it would no longer keep a second run out.
    if (!base::file_exists(lock_file(app))) return {};
    const auto lock = base::FileLock::try_acquire(lock_file(app));
    if (lock) return base::remove_file(lock_file(app));
    if (lock.error().kind == base::ErrorKind::busy) return {};
    return lock.error();
}

}  // namespace store
