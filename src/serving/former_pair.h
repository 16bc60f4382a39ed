#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "store/app_state.h"
#include "tls/exchange.h"

namespace serving {

/// The pair that a run is about to exchange for a new one, and what is known of it.
struct FormerPair {
    tls::TlsPair pair;
    std::optional<store::InstalledPair> installed;
    std::vector<std::string> covered;
};

/// Of a job whose new pair is not in place yet. Nothing where there is none to go back to.
std::optional<FormerPair> read_former_pair(const ca::Context& context, const ca::IssueJob& job);

/// Instead of the pair that the job has installed, which nginx does not load: into `tls/`, and
/// where renewals look for it if it was ours (what fails of that is a warning). `busy` if another
/// pair stands in `tls/` by now; else `io`.
base::Result<void> put_former_pair_back(const ca::Context& context, const ca::IssueJob& job,
                                        const FormerPair& former);

}  // namespace serving
