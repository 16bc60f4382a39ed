#pragma once

#include <functional>

#include "ca/context.h"
#include "ca/issue_job.h"

namespace ca {

// A run may have an app for hours, and Dokku's commands know nothing of our locks: meanwhile the
// app may be destroyed, made anew under the same name, renamed or switched off. So the run holds
// the app's folder open from the claim on and writes below it, and looks whether the app still is
// the one that it claimed before the pair is exchanged and before anything is recorded.

/// Has it been destroyed or renamed, or is it being so?
bool is_gone(const Context& context, const dokku::AppName& app);

/// Holds the folder that was open when the app's domains were read. `not_found` if the app is gone,
/// or another one has its name: what was read of the app is not about that one.
base::Result<void> hold_folder(const Context& context, IssueJob& job);

/// Lets go of the folder and of the app's lock, while the run waits for something that may take
/// long: a run over thousands of apps has not that many descriptors.
void rest(IssueJob& job);

/// Holds the folder again. `not_found` as of hold_folder.
base::Result<void> hold_folder_again(IssueJob& job);

/// While this lives the folder of a job that rests is held.
class HeldFolder {
  public:
    explicit HeldFolder(IssueJob& job);
    HeldFolder(const HeldFolder&) = delete;
    HeldFolder& operator=(const HeldFolder&) = delete;
    HeldFolder(HeldFolder&&) = delete;
    HeldFolder& operator=(HeldFolder&&) = delete;
    ~HeldFolder();

    /// Not if the app is gone, or another one has its name. A job without a claim has no folder to
    /// hold, and that is well.
    bool is_held() const { return is_held_; }

  private:
    IssueJob& job_;
    bool was_resting_;
    bool is_held_;
};

/// What is said of an app that is gone, or of another one with its name.
base::Unexpected<base::Error> changed_meanwhile(const dokku::AppName& app);

/// The app's folder: the one that is held, or by its path while none is.
base::Path app_folder(const Context& context, const IssueJob& job);

/// Is the app in place the one that was claimed? Its state goes before its folder does (our
/// `post-delete`).
bool is_still_there(const Context& context, const IssueJob& job);

/// Is the app still there, known to us and not switched off, and has no other run taken it over?
bool is_still_claimed(const Context& context, const IssueJob& job);

/// Changes the state of a claimed app where is_still_claimed, as seen under the state's lock; else
/// nothing is written. Before the claim that of every app which is not gone. Returns whether it
/// was. Fails as `LocalStore::update_state` does.
base::Result<bool> update_claimed_state(const Context& context, const IssueJob& job,
                                        const std::function<void(store::AppState&)>& change);

/// Changes the state of an app that no run has claimed, unless the app is gone. Fails as
/// `LocalStore::update_state` does.
base::Result<void> update_state_of(const Context& context, const dokku::AppName& app,
                                   const std::function<void(store::AppState&)>& change);

}  // namespace ca
