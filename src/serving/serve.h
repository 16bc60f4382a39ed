#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "dokku/property.h"
#include "nginx/config.h"

namespace serving {

/// Ends the route of all jobs and makes nginx serve the new pairs: one vhost rebuild for each job
/// whose vhost does not know the pair or its names yet, one reload for all others together. Nothing
/// is reloaded if nothing changed. A rebuild that failed is noted in its job.
void load_pairs(ca::Context& context, const std::vector<ca::IssueJob*>& jobs);

/// One reload, unless nginx would refuse it; what goes wrong is a warning.
void reload_nginx(const ca::Context& context, const dokku::Scope& scope);

/// One vhost rebuild. A failure is told; its words name what nginx complains about, if it does.
/// Fails as `require_trigger` does.
base::Result<void> rebuild_vhost(const ca::Context& context, const dokku::AppName& app);

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
    explicit ServedProbe(ca::Context& context);

    /// Asks nginx over TLS, with SNI, until it shows the certificate for each name (a reload
    /// returns before the new workers serve) or `patience` is over. A name that it does not show is
    /// no failure: the certificate stays installed. Wildcards count as served: a name below one is
    /// not ours to invent.
    std::vector<ca::ServedName> probe(const ExpectedServing& expected,
                                      std::chrono::milliseconds patience) const;

  private:
    ca::Context& context_;
    std::vector<nginx::NginxServer> all_servers_;
};

/// Would Dokku write an https listener into the app's vhost?
bool has_https_port(const ca::Context& context, const dokku::AppName& app);

/// The app's vhost as it is now; zeros if there is none.
base::FileStamp stamp_vhost(const ca::Context& context, const dokku::AppName& app);

/// What to look for once the pair of a job is installed. `protocol` if that is no certificate.
base::Result<ExpectedServing> expected_serving(const ca::IssueJob& job);

}  // namespace serving
