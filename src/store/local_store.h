#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/result.h"
#include "base/secret.h"
#include "ledger/issued_record.h"
#include "ledger/ledger.h"
#include "store/app_state.h"
#include "store/due_index.h"
#include "store/stuck_run.h"

namespace store {

/// An account of a CA as it lies on disk in lego's layout (docs/dokku.md 10.7).
struct StoredAccount {
    base::Secret key_pem;
    std::string url;           ///< the JWS kid; empty while only the key is there
    std::string registration;  ///< the CA's account object as JSON; empty likewise
    /// account.json is no JSON object; the CA still knows the account by its key.
    bool is_damaged = false;
};

/// How long a command that an operator typed waits for an app's lock: a run over many holds it for
/// up to a minute until nginx is reloaded, and looks for some seconds whether nginx serves the
/// pair.
constexpr std::chrono::seconds kTypedPatience{90};

/// What a try to take a lock does where another process holds it.
enum class IfHeld {
    tell,    ///< finds out who that is and what to do about it
    refuse,  ///< `busy` alone, for one that tries again soon
};

/// Where accounts, state, locks and caches of this host live: files below
/// `LIB/data/letsencrypt/--global`. Everything is written in one step and readable by its owner
/// only. All of these fail with `io` if a file cannot be read, made or replaced.
class LocalStore {
  public:
    /// `global_root` is `LIB/data/letsencrypt/--global`. Nothing is created before it is written.
    explicit LocalStore(base::Path global_root)
        : root_(std::move(global_root)), issued_(issued_file()) {}

    // --- apps: state/<app>.json ---

    /// A state that is missing is an empty one, and so is a damaged one but for its `damaged`. `io`
    /// if it cannot be read, `invalid_input` if a later version of ours wrote it: both name it.
    base::Result<AppState> read_state(std::string_view app) const;

    /// Is there one, in whatever condition?
    bool has_state(std::string_view app) const;

    /// Was there one that this object has read, and is there none now? Then the app is being
    /// destroyed: its state goes first (our `post-delete`), and its folder when the hooks of all
    /// plugins have run. Such an app gets no state again from here: who makes another app of that
    /// name owes nothing to what is known of this one.
    bool has_lost_state(std::string_view app) const;

    /// Reads, changes and replaces the state under its own short lock, which keeps out who changes
    /// the same app's state only. A damaged one is put aside; none is made where has_lost_state.
    /// `busy` while another process holds that lock for seconds; `invalid_input` as read_state. So
    /// all that change a state.
    base::Result<void> update_state(std::string_view app,
                                    const std::function<void(AppState&)>& change) const;

    /// The same where `change` returns true; else nothing is written, and no file comes to be.
    base::Result<void> update_state_if(std::string_view app,
                                       const std::function<bool(AppState&)>& change) const;

    /// Reads, changes and replaces the state if the app has one; else nothing happens.
    base::Result<void> update_existing_state(std::string_view app,
                                             const std::function<void(AppState&)>& change) const;

    /// Something changed that an app may have waited for: all its names are looked at again by the
    /// retry job, if any is not settled.
    base::Result<void> mark_due(std::string_view app, base::UtcTime now) const;

    /// Removes what killed processes left beside the states, for a run over all apps. What a change
    /// of a state leaves goes with the next one; this is about copies of damaged states.
    base::Result<void> sweep_states() const;

    // state/due (due_index.h)

    /// Before when no app is to be looked at: one short read. Nothing if the index was lost.
    std::optional<DueHead> due_head() const { return due_index().head(); }

    /// Has the time of any app come, or was the index lost? One short read while nothing has
    /// changed; else all of the index is read, so that the next call has a short read again.
    bool is_any_due(base::UtcTime now) const;

    /// Reads all of it.
    bool is_due_index_lost() const;

    /// Makes it say what the states say. One that cannot be read is due at once. `busy` while
    /// another process holds the lock of a state or of the index; the entries of the others are
    /// right then.
    base::Result<void> rebuild_due_index() const;

    /// The app's state cannot be read, so it cannot say when the app is looked at again. `busy` as
    /// update_state.
    base::Result<void> postpone(std::string_view app, base::UtcTime until) const;

    /// Puts the app's entry right where it is not what the state says. `busy` as update_state.
    base::Result<void> reindex(std::string_view app) const;

    /// The apps whose time has come, the longest waiting first.
    std::vector<std::string> due_apps(base::UtcTime now) const;

    /// All apps that wait for something.
    std::vector<std::string> waiting_apps() const;

    /// For an app that is renamed: its state but for a running order, which is about the old name.
    base::Result<void> copy_state(std::string_view from, std::string_view to) const;

    /// Absent already is success. `busy` as update_state.
    base::Result<void> remove_state(std::string_view app) const;

    /// Held by the run that issues for this app, from the order to the exchange of the pair.
    /// `busy`, with what to do, while another process holds it. So the other locks once `patience`
    /// is over.
    base::Result<base::FileLock> try_lock_app(std::string_view app,
                                              IfHeld if_held = IfHeld::tell) const;

    /// The same, for who can wait a little: a hook of ours may hold it for some milliseconds.
    base::Result<base::FileLock> lock_app(std::string_view app, std::chrono::milliseconds patience,
                                          base::Clock& clock) const;

    /// Held by a run over all apps. While it lasts, routes of apps whose turn has not come stay.
    base::Result<base::FileLock> lock_run(std::chrono::milliseconds patience,
                                          base::Clock& clock) const;
    /// Not where that run is stuck.
    bool is_run_under_way() const;

    /// Who holds these locks for longer than work can take.
    std::optional<StuckRun> find_stuck_run() const;
    /// Of the app or its state, or of the index: then nothing can be kept for any app.
    std::optional<StuckRun> find_stuck_run(std::string_view app) const;
    std::optional<StuckRun> find_stuck_writer() const;

    // --- accounts/<server>/<email>; `invalid_input` for an email that is no file name ---

    /// Held while an account is made: two first runs would else each write a key of their own. The
    /// file is not among the accounts, which only hold lego's.
    base::Result<base::FileLock> try_lock_accounts(IfHeld if_held = IfHeld::tell) const;

    /// Nothing if there is no key; a key alone (a crash before newAccount was answered) has no url.
    base::Result<std::optional<StoredAccount>> read_account(std::string_view server_url,
                                                            std::string_view email) const;

    base::Path account_key_file(std::string_view server_url, std::string_view email) const;

    /// Before newAccount, so that a lost answer loses no account.
    base::Result<void> write_account_key(std::string_view server_url, std::string_view email,
                                         const base::Secret& key_pem) const;

    /// account.json as lego writes it. `registration` is the CA's account object as JSON;
    /// `protocol` if it is none.
    base::Result<void> write_account(std::string_view server_url, std::string_view email,
                                     std::string_view account_url,
                                     std::string_view registration) const;

    base::Path account_folder(std::string_view server_url, std::string_view email) const;

    /// A key that the account is about to get: on disk before the CA hears of it, beside the
    /// accounts, since their folders hold lego's files only. Nothing if there is none.
    base::Result<void> write_next_account_key(std::string_view server_url, std::string_view email,
                                              const base::Secret& key_pem) const;
    base::Result<std::optional<base::Secret>> read_next_account_key(std::string_view server_url,
                                                                    std::string_view email) const;
    /// The CA has it: it takes the old one's place. Where another run did so already, nothing is
    /// left to do; `not_found` without any key.
    base::Result<void> adopt_next_account_key(std::string_view server_url,
                                              std::string_view email) const;
    /// The CA will never have it. Absent already is success.
    base::Result<void> drop_next_account_key(std::string_view server_url,
                                             std::string_view email) const;

    /// Puts an account that is of no more use aside, into `retired-accounts`; returns where.
    /// `not_found` if there is none.
    base::Result<base::Path> retire_account(std::string_view server_url, std::string_view email,
                                            base::UtcTime at) const;

    /// Where an account is made that is to take the place of one in use, in the same layout.
    LocalStore new_accounts() const;
    /// It is not to be. Absent already is success.
    base::Result<void> drop_new_account(std::string_view server_url, std::string_view email) const;
    /// The CA has it: it takes the old one's place, in one step where the file system can, and that
    /// one goes into `retired-accounts`. Returns where; nothing if there was none. `not_found`
    /// without a new one.
    base::Result<std::optional<base::Path>> adopt_new_account(std::string_view server_url,
                                                              std::string_view email,
                                                              base::UtcTime at) const;

    // --- directories of CAs, cached for 12 hours ---

    std::optional<std::string> read_directory(std::string_view server_url, base::UtcTime now) const;
    base::Result<void> write_directory(std::string_view server_url,
                                       std::string_view json_text) const;

    // --- state/issued.jsonl: what we issued on this host (ledger/issued_record.h) ---

    base::Result<void> record_issued(std::string_view app, std::string_view fingerprint,
                                     base::UtcTime at) const;
    base::Result<bool> was_issued(std::string_view fingerprint) const;
    /// The same, and for this app: not for one that it was cloned or renamed from.
    base::Result<bool> was_issued_for(std::string_view app, std::string_view fingerprint) const;
    /// Any certificate at all, for this app, at that time or later.
    base::Result<bool> was_any_issued_for(std::string_view app, base::UtcTime since) const;

    /// Could that be recorded, the app's state and the index replaced, and the ledger added to? For
    /// who is about to order what has to be recorded afterwards.
    base::Result<void> require_writable(std::string_view app) const;

    /// The same and whether locks can be taken, as far as it can be seen without writing anything.
    base::Result<void> check_writable(std::string_view app) const;

    // --- ledger.jsonl: what was asked of the CAs, for their limits ---

    ledger::Ledger ledger() const { return ledger::Ledger{ledger_file()}; }

  private:
    base::Path next_key_file(std::string_view server_url, std::string_view email) const;
    /// One that is not there yet, named by the first second from `at` on for which that is so.
    base::Path retired_folder(std::string_view server_url, std::string_view email,
                              base::UtcTime at) const;
    /// A state, and whether its file was damaged.
    struct StoredState {
        AppState state;
        bool is_damaged = false;
    };
    base::Result<StoredState> load_state(std::string_view app) const;
    base::Result<void> write_state(std::string_view app, const AppState& state) const;
    /// It is put aside first. Where that or the new one cannot be written it stays as it was.
    base::Result<void> replace_damaged_state(std::string_view app, const AppState& state) const;
    base::Path state_folder() const { return root_ / "state"; }
    base::Path state_file(std::string_view app) const;
    base::Path issued_file() const { return state_folder() / "issued.jsonl"; }
    base::Path ledger_file() const { return root_ / "ledger.jsonl"; }
    base::Path due_file() const { return state_folder() / "due"; }
    /// No app's name begins with a dot.
    base::Path state_lock_file(std::string_view app) const { return lock_file(".states") / app; }
    base::Path index_lock_file() const { return lock_file(".due"); }
    DueIndex due_index() const { return DueIndex{due_file()}; }
    /// As the index says or, if it was lost, the states.
    DueTimes due_times() const;
    DueTimes due_of_states() const;
    /// What the state says; now if it cannot be read.
    std::optional<base::UtcTime> due_of_state(std::string_view app) const;
    /// Only for who holds the lock of the app's state. Takes that of the index, the last one before
    /// the ledger's, for the append alone.
    base::Result<void> note_due(std::string_view app, std::optional<base::UtcTime> at) const;
    base::Result<base::FileLock> try_lock(std::string_view name, const std::string& work,
                                          IfHeld if_held) const;
    base::Result<base::FileLock> lock_state(std::string_view app) const;
    base::Result<void> forget_lock_of_nothing(std::string_view app) const;
    base::Result<base::FileLock> lock_index() const;
    base::Result<base::FileLock> lock_shortly(const base::Path& file,
                                              const std::string& what) const;
    base::Path lock_file(std::string_view app) const { return root_ / "locks" / app; }
    base::Path run_lock_file() const;
    base::Path directory_file(std::string_view server_url) const;

    base::Path root_;
    mutable ledger::IssuedRecord issued_;                     ///< what was read of it so far
    mutable std::set<std::string, std::less<>> seen_states_;  ///< apps whose state was read
    mutable std::set<base::Path> held_locks_;                 ///< to be waited for
};

/// lego's folder name for a CA: host and port of its directory URL with `:` as `_`. The path is not
/// part of it, so two directories on one host share an account, as they do with lego.
std::string account_server_name(std::string_view server_url);

}  // namespace store
