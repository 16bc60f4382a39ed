#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// Who wants the certificate.
enum class Origin {
    typed,      ///< a person, for this app
    all,        ///< a person, for all apps
    scheduled,  ///< the daily run
    automatic,  ///< nobody: a changed domain, a deploy, a removed certificate, the minute's retry
};

/// How a certificate was asked for.
struct EnableWish {
    bool force = false;   ///< order although nothing is due
    bool strict = false;  ///< all names or none
    Origin origin = Origin::typed;
    bool over_all = false;  ///< one command for all apps; it holds Run::lock_all
    /// Of an automatic run: certificates that are due so soon are renewed now (renewal_plan.h).
    std::chrono::seconds ahead{0};
    bool by_hand = false;  ///< automatic, but a person has typed it for this app (`retry`)
    /// Called once an automatic run has installed its pair: lets go of who waits for that, and says
    /// whether Dokku is going to rebuild the vhost now (design section 5). Unset: it is not.
    std::function<bool()> hand_over{};

    bool is_typed() const { return origin == Origin::typed; }
    bool is_automatic() const { return origin == Origin::automatic; }
    /// Nobody reads what is printed: what was found must be found in the app's status.
    bool is_unattended() const { return is_automatic() || origin == Origin::scheduled; }
    /// A person waits for it, who may have done at the CA what only a person can.
    bool asks_at_once() const { return by_hand || !is_unattended(); }
    /// Over many apps, by one command.
    bool is_batch() const { return over_all; }
};

/// Why an app is not begun with.
struct Refusal {
    std::string_view cause;  ///< of cause.h
    base::Error error;
};
using Prepared = base::Result<std::optional<IssueJob>, Refusal>;

/// Judges all that can be judged without the CA and without writing: domains, e-mail, server,
/// proxy, whether a certificate is due. Prints the official lines on the way (contract 10.4 steps 1
/// to 3). Returns nothing if there is nothing to do.
Prepared prepare(Context& context, const dokku::AppName& app, const EnableWish& wish);

/// The official lines for an app whose certificate is good.
void tell_nothing_due(const Context& context, const IssueJob& job);

/// Once the app's lock is ours: reads again what another run may have changed meanwhile, and
/// returns whether there still is something to do. If not, the official lines were said.
base::Result<bool> is_still_due(const Context& context, IssueJob& job, const EnableWish& wish);

}  // namespace lifecycle
