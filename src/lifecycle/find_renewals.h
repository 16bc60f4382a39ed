#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/error.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "renewal/ca_inquiries.h"

namespace lifecycle {

/// An app with a certificate of ours, and how long until that one is to be renewed (negative: due).
struct RenewalCandidate {
    dokku::AppName app;
    std::chrono::seconds left;
    std::string why;            ///< what decided, as "the certificate's lifetime"
    std::string explanation{};  ///< URL of the CA's own about its window; "" for none

    bool is_due() const { return left < std::chrono::seconds{0}; }
};

enum class RenewalRun {
    typed,      ///< a graceperiod that was set holds to the letter
    scheduled,  ///< the scheduled run: clamped where it would renew all the time (renewal/rule.h)
};

/// An app of which it is not known how it stands, or that cannot be renewed as it is.
struct UnansweredApp {
    dokku::AppName app;
    base::Error why;
};

struct Renewals {
    std::vector<RenewalCandidate> candidates;  ///< active; the most urgent first
    std::vector<RenewalCandidate> lost;        ///< not active, but to have HTTPS; all of them due
    std::vector<UnansweredApp> unanswered;     ///< warned of
    std::vector<dokku::AppName> unserved;      ///< active, but nginx does not show it; warned of
};

/// The active ones of `apps`; for the scheduled run also those that are to have HTTPS and are not
/// active (renewal/standing.h), once their files were put right where that is possible
/// (serving/repair.h). A graceperiod that is no number counts as not set, with a warning. Without
/// `inquiries` nothing is mended; then CAs are asked by `windows`, if there is one, for the windows
/// that it is time for.
async::Task<Renewals> find_renewals(const ca::Context& context, std::vector<dokku::AppName> apps,
                                    RenewalRun run, renewal::CaInquiries* inquiries = nullptr,
                                    renewal::RenewalInquiry* windows = nullptr);

}  // namespace lifecycle
