#include "lifecycle/find_renewals.h"

#include <algorithm>
#include <tuple>

#include "base/certificate_dates.h"
#include "base/file.h"
#include "dokku/settings.h"
#include "lifecycle/adopt.h"
#include "lifecycle/check_pair.h"
#include "lifecycle/kept_pair.h"
#include "lifecycle/policy.h"

namespace lifecycle {
namespace {

using std::chrono::seconds;

/// Why the certificate's dates cannot be read.
base::Result<base::CertificateDates> read_served_dates(const Context& context,
                                                       const dokku::AppName& app) {
    const auto pem = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!pem) return pem.error();
    return base::read_certificate_dates(*pem);
}

void warn_of_unreadable(const Context& context, const dokku::AppName& app,
                        const dokku::Settings& settings) {
    const auto set = settings.renewal_margin();
    if (set || !settings.graceperiod_was_set()) return;
    context.log.warn(app.text() + ": " + set.error().message +
                     "; the certificate's lifetime decides");
}

/// Was a run killed that had begun with the app? Perhaps the new pair is in place, but not loaded,
/// and the route still open. A run at work has its journal open as well, but holds the lock.
bool was_interrupted(const Context& context, const dokku::AppName& app,
                     const store::AppState& state) {
    return state.order && context.store.try_lock_app(app.text());
}

/// What makes a certificate due whatever its dates are; "" if nothing does.
std::string why_at_once(const Context& context, const dokku::AppName& app,
                        const dokku::Settings& settings, const store::AppState& state) {
    const bool revoked =
        state.installed && !state.revoked.empty() && state.installed->fingerprint == state.revoked;
    if (revoked) return "the CA has revoked it";
    if (is_of_another_ca(context, app, settings, state)) return "another CA is set now";
    if (was_interrupted(context, app, state)) return "an earlier run did not come to its end";
    return {};
}

/// One walk over apps: what they share is read once.
struct Walk {
    const Context& context;
    RenewalRun run;
    dokku::SettingsReader settings;
    CaQuestions* questions;
};

/// The daily run says once that it cuts a graceperiod, and again after it was set to another. A
/// plan changes nothing, so it keeps nothing in mind either.
void warn_of_cut(const Walk& walk, const dokku::AppName& app, const store::AppState& state,
                 std::optional<seconds> graceperiod, bool is_cut) {
    const Context& context = walk.context;
    const bool is_plan = walk.questions == nullptr;
    if (!is_plan && state.cut_graceperiod == graceperiod) return;
    if (is_cut) {
        context.log.warn(app.text() +
                         ": graceperiod is more than half of the certificate's lifetime; the daily "
                         "run renews at half");
    }
    if (is_plan || (!is_cut && !state.cut_graceperiod)) return;
    const auto cut = is_cut ? graceperiod : std::nullopt;
    const auto kept = context.store.update_existing_state(
        app.text(), [&](store::AppState& changed) { changed.cut_graceperiod = cut; });
    if (!kept) context.log.warn(kept.error().message);
}

base::Result<RenewalCandidate> look_at(const Walk& walk, const dokku::AppName& app,
                                       const dokku::CertificateStatus& served) {
    const Context& context = walk.context;
    const auto dates = served.dates ? base::Result<base::CertificateDates>{*served.dates}
                                    : read_served_dates(context, app);
    if (!dates) return dates.error();
    const auto settings = walk.settings.read(app);
    if (!settings) return settings.error();
    auto state = context.store.read_state(app.text());
    const bool changes_things = walk.questions != nullptr;
    if (state && changes_things && adopt_if_unknown(context, app, served, *state)) {
        state = context.store.read_state(app.text());
    }
    if (state && changes_things && walk.questions->ask(app, served, *state)) {
        state = context.store.read_state(app.text());
    }
    if (!state) return state.error();
    if (auto why = why_at_once(context, app, *settings, *state); !why.empty()) {
        return RenewalCandidate{app, seconds{-1}, std::move(why)};
    }
    warn_of_unreadable(context, app, *settings);
    const bool scheduled = walk.run == RenewalRun::scheduled;
    const auto graceperiod = settings->set_graceperiod();
    const RenewalTime renewal =
        renewal_time({*dates, graceperiod, scheduled, ari_moment(*state, dates->not_after)});
    if (scheduled) warn_of_cut(walk, app, *state, graceperiod, renewal.clamped);
    return RenewalCandidate{app, renewal.at - context.clock.now(), std::string{renewal.why}};
}

}  // namespace

CaQuestions::CaQuestions(Context& context)
    : context_(context),
      deadline_(context.clock.monotonic() + std::chrono::minutes{5}),
      inquiry_(context),
      watch_(context) {}

bool CaQuestions::ask(const dokku::AppName& app, const dokku::CertificateStatus& status,
                      const store::AppState& state) {
    if (context_.clock.monotonic() > deadline_) return false;
    const bool asked = inquiry_.ask_if_due(app, status, state);
    return watch_.check_if_due(app, status, state) || asked;
}

Renewals find_renewals(const Context& context, const std::vector<dokku::AppName>& apps,
                       RenewalRun run, CaQuestions* questions) {
    Renewals found;
    auto settings = dokku::SettingsReader::open(context.environment);
    if (!settings) {
        context.log.warn(settings.error().message);
        found.unreadable = apps;
        return found;
    }
    const Walk walk{context, run, std::move(*settings), questions};
    for (const dokku::AppName& app : apps) {
        auto served = dokku::read_certificate_status(context.environment, app);
        if (!served.active && questions != nullptr) {
            // Perhaps its files were damaged: no deploy may come that would find that.
            check_pair_of_ours(context, app);
            served = dokku::read_certificate_status(context.environment, app);
        }
        if (!served.active) {
            if (run == RenewalRun::scheduled && is_unused_due(context, app)) {
                found.candidates.push_back(
                    {app, seconds{-1}, "the certificate kept for later is due"});
            }
            continue;
        }
        auto candidate = look_at(walk, app, served);
        if (candidate) {
            found.candidates.push_back(std::move(*candidate));
        } else {
            context.log.warn(app.text() + ": " + candidate.error().message);
            found.unreadable.push_back(app);
        }
    }
    std::sort(found.candidates.begin(), found.candidates.end(),
              [](const auto& one, const auto& other) {
                  return std::tie(one.left, one.app) < std::tie(other.left, other.app);
              });
    return found;
}

}  // namespace lifecycle
