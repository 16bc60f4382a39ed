#include "lifecycle/plan_renewals.h"

#include <optional>
#include <string>

#include "base/duration_text.h"
#include "base/text.h"
#include "ca/limits/limit_check.h"
#include "ca/replaced_certificate.h"
#include "renewal/renewal_plan.h"
#include "settings/read_settings.h"

namespace lifecycle {
namespace {

std::string account_of(const ca::Context& context, const settings::Settings& settings) {
    const auto account =
        context.store.read_account(settings.server.computed, settings.account_email());
    return account && *account ? (*account)->url : std::string{};
}

/// The order that would renew what is installed.
std::optional<ca::limits::PlannedOrder> renewing_order(const ca::Context& context,
                                                       const dokku::AppName& app) {
    const auto settings = settings::read_settings(context.environment, app);
    const auto state = context.store.read_state(app.text());
    if (!settings || !state || !state->installed) return std::nullopt;
    ca::limits::PlannedOrder planned{settings->server.computed, account_of(context, *settings),
                                     state->covered, true};
    const bool has_window =
        state->renewal && state->renewal->fingerprint == state->installed->fingerprint;
    planned.exempt = has_window && ca::is_window_open(*state->renewal, context.clock.now());
    return planned;
}

void tell_due(const ca::Context& context, const RenewalCandidate& candidate,
              ca::limits::LimitCheck& limits, const std::string& because) {
    const std::string& app = candidate.app.text();
    const auto planned = renewing_order(context, candidate.app);
    const auto reached = planned ? limits.foresee(*planned) : std::nullopt;
    if (!reached) return context.log.info1(app + " would be renewed now" + because);
    const bool is_part = !reached->names.empty() && reached->names.size() < planned->names.size();
    context.log.info1(app + (is_part ? " would be renewed now" : " is due") + because +
                      (is_part ? ", without " + base::join(reached->names, ", ")
                               : std::string{", but would wait"}) +
                      ": " + reached->message);
}

}  // namespace

async::Task<RunOutcome> plan_renewals(ca::Context& context, std::vector<dokku::AppName> apps,
                                      RenewalRun run) {
    context.log.info2("What a renewal would do now; nothing is done");
    renewal::RenewalInquiry windows{context, renewal::kInquiryPause};
    const Renewals found = co_await find_renewals(context, std::move(apps), run, nullptr, &windows);
    ca::limits::LimitCheck limits{context, false, run == RenewalRun::typed};
    for (const RenewalCandidate& candidate : found.candidates) {
        std::string because = " (" + candidate.why;
        if (!candidate.explanation.empty()) {
            because += "; see " + base::printable(candidate.explanation);
        }
        because += ")";
        if (candidate.is_due()) {
            tell_due(context, candidate, limits, because);
        } else {
            context.log.verbose(candidate.app.text() + " is due in " +
                                base::to_duration_text(candidate.left) + ", at " +
                                base::to_readable(context.clock.now() + candidate.left) + because);
        }
    }
    for (const RenewalCandidate& candidate : found.lost) {
        context.log.info1(candidate.app.text() + " would be put right or get a certificate now (" +
                          candidate.why + ")");
    }
    co_return found.unanswered.empty() ? RunOutcome::done : RunOutcome::failed;
}

}  // namespace lifecycle
