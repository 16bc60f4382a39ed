#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// What Dokku's rename and clone copied from OLD to NEW before our hooks run: `letsencrypt/`,
/// `tls/` and `nginx.conf.d/`, a live challenge route included (docs/dokku.md 5.3).

/// What OLD's state says of letsencrypt for it.
struct OldApp {
    bool is_switched_off = false;  ///< only then a mark of a removal is to be believed
    bool has_our_pair = false;     ///< its certificate store tells too, unless that is lost
};

/// `apps:rename`: the properties go along and the pair stays in use; the folders of OLD's
/// configuration, which name OLD's files, and its route do not. post-delete of OLD ends the rest.
/// `io` if a file cannot be copied or removed.
base::Result<void> adopt_rename(const dokku::Environment& environment, const dokku::AppName& from,
                                const dokku::AppName& to, OldApp old);

/// `apps:clone`: the properties are copied. A pair of letsencrypt's that covers no domain of the
/// clone is dropped; one that does stays in use, and the operator is told that nothing renews it.
/// `io` as above; `protocol` if its `server.crt` is no certificate.
base::Result<void> adopt_clone(const dokku::Environment& environment, const dokku::Log& log,
                               const dokku::AppName& from, const dokku::AppName& to, OldApp old);

/// Would a visitor of one of the app's domains accept the certificate in `tls/`? `not_found`
/// without one, `protocol` if it is none, else `io`.
base::Result<bool> covers_a_domain(const dokku::Environment& environment,
                                   const dokku::AppName& app);

/// Those of OLD are NEW's as well. `io` if one cannot be read or written.
base::Result<void> copy_properties(const dokku::Environment& environment,
                                   const dokku::AppName& from, const dokku::AppName& to);

}  // namespace hooks
