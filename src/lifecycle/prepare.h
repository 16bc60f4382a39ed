#pragma once

#include <optional>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// How `enable` was asked for.
struct EnableWish {
    bool force = false;  ///< order although nothing is due
    bool all = false;    ///< --all: a pair that a person installed is left alone
};

/// Judges all that can be judged without the CA and without writing: domains, e-mail, server,
/// proxy, whether a certificate is due. Prints the official lines on the way (contract 10.4 steps 1
/// to 3). Returns nothing if there is nothing to do.
base::Result<std::optional<IssueJob>> prepare(Context& context, const dokku::AppName& app,
                                              const EnableWish& wish);

/// Contract 10.4 step 4: HTTP-01 needs an http listener on port 80. Adds `http:80:N` to the port
/// map if there is another http or https mapping; the only place that ever touches a port map.
base::Result<void> require_port_80(Context& context, const IssueJob& job);

/// Reads what `tls/` holds now: to be repeated once the app's lock is ours.
base::Result<void> observe_pair(const Context& context, IssueJob& job);

}  // namespace lifecycle
