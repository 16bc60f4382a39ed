#pragma once

#include "store/app_state.h"

namespace store {

// A custom certificate is one that an operator installed (docs/design.md 1.1). Here alone it is
// decided whether it stays, or one of ours takes its place (1.3, 8.3). Pure.

/// Who wants a certificate of ours for an app.
enum class Asker {
    operator_by_name,  ///< typed `enable` for this very app
    operator_for_all,  ///< typed a command over all apps, or `auto-renew`, which only renews
    no_operator,       ///< a hook, the scheduled run, the retry job (which `retry` only hurries)
};

/// Does the one in `tls/` stay? `has_ended`: it has expired; dates that cannot be read are not
/// over.
/// - Who typed `enable` for this very app wants ours: it never stays.
/// - Who typed a command over all apps did not speak of this one: it always stays.
/// - Where no operator asked it stays until it has expired. Then no browser takes it, and ours
///   takes its place (where letsencrypt is on for the app: for others no run asks).
/// One that does not stay is kept in `letsencrypt/replaced-<time>/` of the app (tls/backup.h).
bool custom_certificate_stays(Asker who, bool has_ended);

enum class AfterRemoval {
    order_ours,   ///< now, by the retry job
    leave_alone,  ///< nothing is ordered, and whether letsencrypt is on stays as it is
    switch_off,   ///< letsencrypt is, for the app
};

/// What `certs:remove` of a pair means, by whose it was. Ours takes the place of a custom one if
/// certificates are issued by themselves for the app (1.2); who removes ours wants none.
AfterRemoval after_removal(Owner owner, bool issues_by_itself);

}  // namespace store
