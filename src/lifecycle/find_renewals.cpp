#include "lifecycle/find_renewals.h"

#include <algorithm>
#include <tuple>

#include "base/certificate_dates.h"
#include "base/file.h"
#include "ca/replaced_certificate.h"
#include "dokku/own_files.h"
#include "lifecycle/adopt_certificates.h"
#include "renewal/loadable.h"
#include "renewal/rule.h"
#include "renewal/standby_pair.h"
#include "renewal/standing.h"
#include "serving/check_pair.h"
#include "serving/load_again.h"
#include "serving/repair.h"
#include "settings/read_settings.h"
#include "status/record_outcome.h"

namespace lifecycle {
namespace {

using std::chrono::seconds;

/// Why the certificate's dates cannot be read.
base::Result<base::CertificateDates> read_served_dates(const ca::Context& context,
                                                       const dokku::AppName& app) {
    const auto pem = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!pem) return pem.error();
    return base::read_certificate_dates(*pem);
}

void warn_of_unreadable(const ca::Context& context, const dokku::AppName& app,
                        const settings::Settings& settings) {
    const auto set = settings.renewal_margin();
    if (set || !settings.graceperiod_was_set()) return;
    context.log.warn(app.text() + ": " + set.error().message +
                     "; the certificate's lifetime decides");
}

/// Was a run killed that had begun with the app? Perhaps the new pair is in place, but not loaded,
/// and the route still open. A run at work has its journal open as well, but holds the lock.
bool was_interrupted(const ca::Context& context, const dokku::AppName& app,
                     const store::AppState& state) {
    return state.order && context.store.try_lock_app(app.text());
}

/// What makes a certificate due whatever its dates are; "" if nothing does.
std::string why_at_once(const ca::Context& context, const dokku::AppName& app,
                        const settings::Settings& settings, const store::AppState& state) {
    const bool revoked =
        state.installed && !state.revoked.empty() && state.installed->fingerprint == state.revoked;
    if (revoked) return "the CA has revoked it";
    if (ca::is_of_another_ca(context, app, settings, state)) return "another CA is set now";
    if (was_interrupted(context, app, state)) return "an earlier run did not come to its end";
    return {};
}

/// One walk over apps: what they share is read once.
struct Walk {
    const ca::Context& context;
    RenewalRun run;
    settings::SettingsReader settings;
    renewal::CaInquiries* inquiries;
    renewal::RenewalInquiry* windows;

    /// Asks the app's CA what it is time for. Returns whether the app's state is another now.
    bool ask(const dokku::AppName& app, const tls::CertificateStatus& served,
             const store::AppState& state) const {
        if (inquiries != nullptr) return inquiries->ask(app, served, state);
        return windows != nullptr && windows->ask_if_due(app, served, state);
    }
};

/// The scheduled run says once that it cuts a graceperiod, and again after it was set to another. A
/// plan changes nothing, so it keeps nothing in mind either.
void warn_of_cut(const Walk& walk, const dokku::AppName& app, const store::AppState& state,
                 std::optional<seconds> graceperiod, bool is_cut) {
    const ca::Context& context = walk.context;
    const bool is_plan = walk.inquiries == nullptr;
    if (!is_plan && state.clamped_graceperiod == graceperiod) return;
    if (is_cut) {
        context.log.warn(app.text() +
                         ": graceperiod is more than half of the certificate's lifetime; the "
                         "scheduled run renews at half");
    }
    if (is_plan || (!is_cut && !state.clamped_graceperiod)) return;
    const auto cut = is_cut ? graceperiod : std::nullopt;
    const auto kept = context.store.update_existing_state(
        app.text(), [&](store::AppState& changed) { changed.clamped_graceperiod = cut; });
    if (!kept) context.log.warn(kept.error().message);
}

base::Result<RenewalCandidate> examine(const Walk& walk, const dokku::AppName& app,
                                       const tls::CertificateStatus& served) {
    const ca::Context& context = walk.context;
    const auto dates = served.dates ? base::Result<base::CertificateDates>{*served.dates}
                                    : read_served_dates(context, app);
    if (!dates) return dates.error();
    const auto settings = walk.settings.read(app);
    if (!settings) return settings.error();
    auto state = context.store.read_state(app.text());
    const bool changes_things = walk.inquiries != nullptr;
    if (state && changes_things && adopt_if_unknown(context, app, served, *state)) {
        state = context.store.read_state(app.text());
    }
    if (state && walk.ask(app, served, *state)) state = context.store.read_state(app.text());
    if (!state) return state.error();
    if (auto why = why_at_once(context, app, *settings, *state); !why.empty()) {
        return RenewalCandidate{app, seconds{-1}, std::move(why)};
    }
    warn_of_unreadable(context, app, *settings);
    const bool scheduled = walk.run == RenewalRun::scheduled;
    const auto graceperiod = settings->set_graceperiod();
    const renewal::RenewalTime renewal = renewal::renewal_time(
        {*dates, graceperiod, scheduled, renewal::selected_time(*state, dates->not_after)});
    if (scheduled) warn_of_cut(walk, app, *state, graceperiod, renewal.graceperiod_clamped);
    const bool may_have_asked = changes_things || walk.windows != nullptr;
    if (may_have_asked) status::note_renewal_time(context, app, *settings, *state);
    return RenewalCandidate{app, renewal.at - context.clock.now(), std::string{renewal.why},
                            store::renewal_explanation(*state)};
}

void add_unanswered(const ca::Context& context, Renewals& found, const dokku::AppName& app,
                    base::Error why) {
    context.log.warn(app.text() + ": " + why.message);
    found.unanswered.push_back({app, std::move(why)});
}

/// For the scheduled run: that an active app cannot be renewed is known before it is due.
base::Result<void> make_renewable(const Walk& walk, const dokku::AppName& app) {
    const dokku::Environment& environment = walk.context.environment;
    if (auto own = dokku::require_own_files(environment, app); !own) return own;
    if (!serving::needs_link(environment, app)) return {};
    const auto repaired = serving::repair_certificate(*walk.inquiries, app);
    return repaired ? base::Result<void>{} : repaired.error();
}

/// For the scheduled run: a certificate that is in place is not HTTPS yet.
void bring_https_back(const Walk& walk, const dokku::AppName& app, Renewals& found) {
    if (!serving::needs_loading(walk.context, app)) return;
    const auto loaded = serving::load_again(walk.inquiries->context(), app);
    if (loaded) return;
    walk.context.log.warn(app.text() + ": " + loaded.error().message);
    found.unserved.push_back(app);
}

void visit_active(const Walk& walk, const dokku::AppName& app, const tls::CertificateStatus& served,
                  Renewals& found) {
    const bool is_scheduled = walk.run == RenewalRun::scheduled && walk.inquiries != nullptr;
    const auto renewable = is_scheduled ? make_renewable(walk, app) : base::Result<void>{};
    auto candidate = examine(walk, app, served);
    if (is_scheduled) bring_https_back(walk, app, found);
    if (!candidate) return add_unanswered(walk.context, found, app, candidate.error());
    if (!renewable) add_unanswered(walk.context, found, app, renewable.error());
    const bool is_pointless = !renewable && candidate->left < seconds{0};
    if (!is_pointless) found.candidates.push_back(std::move(*candidate));
}

/// Its state was lost, and with it that it is enabled: what goes wrong now is to be found there.
void count_as_enabled(const Walk& walk, const dokku::AppName& app) {
    const ca::Context& context = walk.context;
    const auto state = context.store.read_state(app.text());
    const auto settings = walk.settings.read(app);
    if (!state || !settings || state->enabled) return;
    if (settings::issues_by_itself(*settings, state->enabled, state->switched_off)) return;
    context.log.warn("What letsencrypt knew of " + app.text() +
                     " is lost; certificates were issued for it, so it counts as enabled");
    const auto kept = context.store.update_state(
        app.text(), [](store::AppState& changed) { changed.enabled = true; });
    if (!kept) context.log.warn(kept.error().message);
}

/// Its certificate is not in use, or not where renewals look for it.
void visit_lost(const Walk& walk, const dokku::AppName& app, Renewals& found) {
    constexpr const char* kWhy = "its certificate is gone, or its files are";
    if (walk.inquiries == nullptr) return found.lost.push_back({app, seconds{-1}, kWhy});
    count_as_enabled(walk, app);
    const auto repaired = serving::repair_certificate(*walk.inquiries, app);
    if (!repaired) return add_unanswered(walk.context, found, app, repaired.error());
    if (*repaired == serving::Repair::left_to_other) return;
    const auto served = tls::read_certificate_status(walk.context.environment, app);
    const bool is_done = *repaired == serving::Repair::done && served.active;
    if (is_done) return visit_active(walk, app, served, found);
    found.lost.push_back({app, seconds{-1}, kWhy});
}

/// For the scheduled run: one that is not active.
void visit_inactive(const Walk& walk, const dokku::AppName& app, Renewals& found) {
    const ca::Context& context = walk.context;
    const auto standing =
        renewal::read_standing(context.environment, context.store, app, context.clock.now());
    if (!standing) {
        // Who owns what cannot be read says what to do about it.
        const auto own = dokku::require_own_files(context.environment, app);
        return add_unanswered(context, found, app, own ? standing.error() : own.error());
    }
    switch (*standing) {
        case renewal::Standing::lost:
            return visit_lost(walk, app, found);
        case renewal::Standing::custom_ended:
            return found.lost.push_back(
                {app, seconds{-1}, "the certificate of its own has expired"});
        case renewal::Standing::custom:
            if (!renewal::is_unused_due(context, app)) return;
            return found.candidates.push_back(
                {app, seconds{-1}, "the certificate kept for later is due"});
        case renewal::Standing::active:
        case renewal::Standing::unwanted:
        case renewal::Standing::waiting:
            return;
    }
}

void visit(const Walk& walk, const dokku::AppName& app, Renewals& found) {
    const ca::Context& context = walk.context;
    // Perhaps its files were damaged: no deploy may come that would find that.
    const bool changes_things = walk.inquiries != nullptr;
    const bool is_valid = changes_things ? serving::check_pair_of_ours(context, app)
                                         : renewal::is_loadable(context, app);
    const auto served = tls::read_certificate_status(context.environment, app);
    const bool damaged = served.active && !is_valid;
    if (served.active && !damaged) return visit_active(walk, app, served, found);
    if (walk.run == RenewalRun::scheduled) return visit_inactive(walk, app, found);
    if (damaged)
        found.candidates.push_back({app, seconds{-1}, "nginx cannot load its certificate"});
}

}  // namespace

Renewals find_renewals(const ca::Context& context, const std::vector<dokku::AppName>& apps,
                       RenewalRun run, renewal::CaInquiries* inquiries,
                       renewal::RenewalInquiry* windows) {
    auto settings = settings::SettingsReader::open(context.environment);
    Renewals found;
    if (!settings) {
        context.log.warn(settings.error().message);
        for (const dokku::AppName& app : apps)
            found.unanswered.push_back({app, settings.error()});
        return found;
    }
    const Walk walk{context, run, std::move(*settings), inquiries, windows};
    for (const dokku::AppName& app : apps)
        visit(walk, app, found);
    for (auto* list : {&found.candidates, &found.lost}) {
        std::sort(list->begin(), list->end(), [](const auto& one, const auto& other) {
            return std::tie(one.left, one.app) < std::tie(other.left, other.app);
        });
    }
    return found;
}

}  // namespace lifecycle
