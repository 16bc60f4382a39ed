#pragma once

#include <chrono>
#include <functional>

#include "store/custom_certificate.h"

namespace ca {

/// Who wants the certificate.
enum class Origin {
    typed,      ///< an operator, for this app
    all,        ///< an operator, for all apps or by `auto-renew` for one
    scheduled,  ///< cron, twice a day
    automatic,  ///< no command: a changed domain, a deploy, a removed certificate, the retry job
};

/// How a certificate was asked for.
struct Request {
    bool force = false;   ///< order although nothing is due
    bool strict = false;  ///< all names or none
    Origin origin = Origin::typed;
    bool over_all = false;  ///< one command for all apps; it holds Runtime::lock_all
    /// Of an automatic run: certificates that are due so soon are renewed now
    /// (renewal/renewal_plan.h).
    std::chrono::seconds ahead{0};
    bool by_hand = false;  ///< automatic, but an operator has typed it for this app (`retry`)
    /// Called once an automatic run has installed its pair: lets go of who waits for that, and says
    /// whether Dokku is going to rebuild the vhost now (docs/design.md 4.9). Unset: it is not.
    std::function<bool()> on_pair_installed{};

    bool is_typed() const { return origin == Origin::typed; }
    bool is_automatic() const { return origin == Origin::automatic; }
    /// What is printed ends in a log file: what was found must be found in the app's status.
    bool is_unattended() const { return is_automatic() || origin == Origin::scheduled; }
    /// An operator waits for it, who may have done at the CA what only an operator can.
    bool asks_at_once() const { return by_hand || !is_unattended(); }
    /// Before whom a custom certificate stays, or does not.
    store::Asker asker() const {
        if (is_typed()) return store::Asker::operator_by_name;
        return is_unattended() ? store::Asker::no_operator : store::Asker::operator_for_all;
    }
};

}  // namespace ca
