#pragma once

#include <vector>

#include "lifecycle/context.h"
#include "lifecycle/enable.h"

namespace lifecycle {

/// An app with a certificate of ours, and how long until that one is to be renewed (negative: due).
struct RenewalCandidate {
    dokku::AppName app;
    std::chrono::seconds left;
};

enum class RenewalRun {
    typed,      ///< a graceperiod that was set holds to the letter
    scheduled,  ///< the daily run: clamped where it would renew all the time (policy.h)
};

struct Renewals {
    std::vector<RenewalCandidate> candidates;  ///< the most urgent first
    std::vector<dokku::AppName> unreadable;    ///< active, but nobody can say until when; warned of
};

/// The active ones of `apps`. A graceperiod that is no number counts as not set, with a warning.
/// Reads files only.
Renewals find_renewals(const Context& context, const std::vector<dokku::AppName>& apps,
                       RenewalRun run);

/// `letsencrypt:auto-renew` for all apps: what is due is renewed in one run. Official lines
/// (contract section 10.4). Keeps the time for reports.
EnableOutcome auto_renew_all(Context& context, const std::vector<dokku::AppName>& apps,
                             RenewalRun run);

/// `letsencrypt:auto-renew APP`.
EnableOutcome auto_renew_one(Context& context, const dokku::AppName& app, RenewalRun run);

}  // namespace lifecycle
