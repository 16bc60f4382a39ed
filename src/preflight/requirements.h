#pragma once

#include "async/task.h"
#include "base/result.h"
#include "ca/context.h"
#include "ca/issue_job.h"

namespace preflight {

// What must be so before a certificate can be had for an app, each with the words of what to do
// about it. All of these fail with `invalid_input` where it is not so.

/// With the official words if the app has no e-mail address.
base::Result<void> require_email(const settings::Settings& settings, const dokku::AppName& app);

base::Result<void> require_https_server(const ca::IssueJob& job);

/// Some CAs make accounts only for customers of theirs. One that is registered already is enough.
base::Result<void> require_external_account(const ca::Context& context, const ca::IssueJob& job);

/// A DNS provider that this version knows, if any.
base::Result<void> require_known_provider(const ca::IssueJob& job);

/// docs/dokku.md 11.1, step 4: HTTP-01 needs an http listener on port 80. Adds `http:80:N` to the
/// port map if there is another http or https mapping; the only place that ever touches a port map.
/// Fails as `read_ports` does, and with `io` if Dokku does not add it.
async::Task<base::Result<void>> require_port_80(ca::Context& context, const ca::IssueJob& job);

}  // namespace preflight
