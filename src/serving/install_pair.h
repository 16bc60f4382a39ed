#pragma once

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"

namespace serving {

/// From an issued certificate to the pair in `tls/`: checks key, names, dates and chain; writes the
/// certificate folder; keeps a custom pair aside; records the fingerprint as ours; points
/// `certs/current` at the folder; exchanges `tls` in one step; fires `post-certs-update`. Nginx has
/// not been told yet. A failure leaves in `tls/` the pair that was there, or the new one whole;
/// `busy`: a command has changed the app meanwhile.
async::Task<base::Result<void>> install_pair(const ca::Context& context, ca::IssueJob& job);

/// `ROOT/APP/letsencrypt/certs/<sha1>` of the job.
base::Path certificate_folder(const ca::Context& context, const ca::IssueJob& job);

}  // namespace serving
