#pragma once

#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/refusal.h"
#include "status/name_outcome.h"

namespace status {

/// What a run that ended says about each wanted name of its app.
std::vector<NameOutcome> outcomes_of(const ca::IssueJob& job, base::UtcTime now);

/// Writes that into the app's state and sets when it is due again. What came while the run was at
/// work (a hook that found the app's lock taken) stays due.
void record_outcome(const ca::Context& context, const ca::IssueJob& job);

/// When the retry job is to renew the app's certificate, where that is not what its state says: its
/// CA named another window, or the settings have changed. `known` is the state as it was read.
void note_renewal_time(const ca::Context& context, const dokku::AppName& app,
                       const settings::Settings& settings, const store::AppState& known);

/// For an app that was not begun with. Of one that is gone nothing is noted.
void record_refusal(const ca::Context& context, const dokku::AppName& app,
                    const ca::Refusal& refusal);

/// A pair that an operator installed is in use.
void record_custom_pair(const ca::Context& context, const ca::IssueJob& job);

}  // namespace status
