#pragma once

#include <optional>

#include "base/certificate_dates.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "store/app_state.h"

namespace ca {

/// Is it time for the fallback server: the app's own CA has failed for 12 hours, and less than a
/// quarter of the certificate's lifetime is left (or there is none)? Pure.
bool needs_fallback(const std::optional<base::UtcTime>& ca_fails_since,
                    const std::optional<base::CertificateDates>& installed, base::UtcTime now);

/// Turns the job to the fallback server if it has one that issues for the job's names, and it is
/// time.
void choose_ca(const Context& context, IssueJob& job, const store::AppState& state);

/// Would a certificate that no browser trusts take the place of one that is good? Then why not.
std::optional<base::Error> refuse_staging(const Context& context, const IssueJob& job,
                                          const store::AppState& state);

/// What an attempt says about the CA itself.
void note_ca_health(store::CertificateState& state, const IssueJob& job, base::UtcTime now);

}  // namespace ca
