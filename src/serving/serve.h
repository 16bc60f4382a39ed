#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "dokku/property.h"
#include "nginx/config.h"

namespace serving {

// What a round (serve_round.h) is made of, and how it is seen that nginx serves a pair.

/// Takes the route of a job away, unless it is there for good. Returns whether nginx has to be
/// reloaded for that.
bool end_route(const ca::Context& context, const ca::IssueJob& job);

/// Does nginx serve the pair of the job only when its vhost has been written anew? A rebuild
/// reloads nginx itself, so it also takes the route out.
bool needs_rebuild(const ca::Context& context, const ca::IssueJob& job);

/// The rebuild of a job that needs one, noted in it. Not for an app that is gone.
async::Task<void> rebuild_for(const ca::Context& context, ca::IssueJob& job);

/// One vhost rebuild. A failure is told; its words name what nginx complains about, if it does.
/// Fails as `require_trigger` does.
async::Task<base::Result<void>> rebuild_vhost(const ca::Context& context, dokku::AppName app);

/// What nginx does not show because the vhost could not be rebuilt is so for that reason.
void blame_rebuild(std::vector<ca::ServedName>& served, const base::Result<void>& rebuilt);

/// A certificate that is to be seen served.
struct ExpectedServing {
    dokku::AppName app;
    std::vector<std::string> domains;  ///< as stored
    std::vector<std::string> names;
    std::string fingerprint;
    /// Dokku is about to rebuild the vhost that looks like this now.
    std::optional<base::FileStamp> vhost_before{};
};

/// Looks at what nginx serves. All that nginx listens on is read once.
class ServedProbe {
  public:
    explicit ServedProbe(const ca::Context& context);

    /// Asks nginx over TLS, with SNI, for all names side by side, until it shows the certificate
    /// for each (a reload returns before the new workers serve) or `patience` is over. A name that
    /// it does not show is no failure: the certificate stays installed. Wildcards count as served:
    /// a name below one is not ours to invent. In the order of the names.
    async::Task<std::vector<ca::ServedName>> probe(ExpectedServing expected,
                                                   std::chrono::milliseconds patience) const;

  private:
    const ca::Context& context_;
    std::vector<nginx::NginxServer> all_servers_;
};

/// Would Dokku write an https listener into the app's vhost?
async::Task<bool> has_https_port(const ca::Context& context, dokku::AppName app);

/// The app's vhost as it is now; zeros if there is none.
base::FileStamp stamp_vhost(const ca::Context& context, const dokku::AppName& app);

/// What to look for once the pair of a job is installed. `protocol` if that is no certificate.
base::Result<ExpectedServing> expected_serving(const ca::IssueJob& job);

}  // namespace serving
