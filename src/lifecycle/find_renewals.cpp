#include "lifecycle/find_renewals.h"

#include <algorithm>
#include <tuple>

#include "async/all.h"
#include "async/semaphore.h"
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
#include "store/claim.h"

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
/// and the route still open. A run at work has its journal open as well, but has claimed the
/// app, or (as an older release did) holds its lock.
bool was_interrupted(const ca::Context& context, const dokku::AppName& app,
                     const store::AppState& state) {
    return state.order && !store::is_claimed_elsewhere(state) &&
           context.store.try_lock_app(app.text());
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
    Renewals& found;
    async::Semaphore mending{1};  ///< of nginx's files: one app after another

    /// Asks the app's CA what it is time for. Returns whether the app's state is another now.
    async::Task<bool> ask(dokku::AppName app, const tls::CertificateStatus& served,
                          const store::AppState& state) {
        if (inquiries != nullptr) co_return co_await inquiries->ask(app, served, state);
        if (windows == nullptr) co_return false;
        co_return co_await windows->ask_if_due(app, served, state);
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

async::Task<base::Result<RenewalCandidate>> examine(Walk& walk, dokku::AppName app,
                                                    const tls::CertificateStatus& served) {
    const ca::Context& context = walk.context;
    const auto dates = served.dates ? base::Result<base::CertificateDates>{*served.dates}
                                    : read_served_dates(context, app);
    if (!dates) co_return dates.error();
    const auto settings = walk.settings.read(app);
    if (!settings) co_return settings.error();
    auto state = context.store.read_state(app.text());
    const bool changes_things = walk.inquiries != nullptr;
    if (state && changes_things && adopt_if_unknown(context, app, served, *state)) {
        state = context.store.read_state(app.text());
    }
    if (!state) co_return state.error();
    const bool is_another = co_await walk.ask(app, served, *state);
    if (is_another) state = context.store.read_state(app.text());
    if (!state) co_return state.error();
    if (auto why = why_at_once(context, app, *settings, *state); !why.empty()) {
        co_return RenewalCandidate{app, seconds{-1}, std::move(why)};
    }
    warn_of_unreadable(context, app, *settings);
    const bool scheduled = walk.run == RenewalRun::scheduled;
    const auto graceperiod = settings->set_graceperiod();
    const renewal::RenewalTime renewal = renewal::renewal_time(
        {*dates, graceperiod, scheduled, renewal::selected_time(*state, dates->not_after)});
    if (scheduled) warn_of_cut(walk, app, *state, graceperiod, renewal.graceperiod_clamped);
    const bool may_have_asked = changes_things || walk.windows != nullptr;
    if (may_have_asked) status::note_renewal_time(context, app, *settings, *state);
    co_return RenewalCandidate{app, renewal.at - context.clock.now(), std::string{renewal.why},
                               store::renewal_explanation(*state)};
}

void add_unanswered(Walk& walk, const dokku::AppName& app, base::Error why) {
    walk.context.log.warn(app.text() + ": " + why.message);
    walk.found.unanswered.push_back({app, std::move(why)});
}

/// For the scheduled run: that an active app cannot be renewed is known before it is due.
async::Task<base::Result<void>> make_renewable(Walk& walk, dokku::AppName app) {
    const dokku::Environment& environment = walk.context.environment;
    auto own = dokku::require_own_files(environment, app);
    if (!own) co_return own;
    if (!serving::needs_link(environment, app)) co_return base::Result<void>{};
    const async::Semaphore::Permit turn = co_await walk.mending.acquire();
    auto repaired = co_await serving::repair_certificate(*walk.inquiries, app);
    if (!repaired) co_return std::move(repaired).error();
    co_return base::Result<void>{};
}

/// For the scheduled run: a certificate that is in place is not HTTPS yet.
async::Task<void> bring_https_back(Walk& walk, dokku::AppName app) {
    if (!serving::needs_loading(walk.context, app)) co_return;
    const async::Semaphore::Permit turn = co_await walk.mending.acquire();
    const auto loaded = co_await serving::load_again(walk.inquiries->context(), app);
    if (loaded) co_return;
    walk.context.log.warn(app.text() + ": " + loaded.error().message);
    walk.found.unserved.push_back(app);
}

async::Task<void> visit_active(Walk& walk, dokku::AppName app, tls::CertificateStatus served) {
    const bool is_scheduled = walk.run == RenewalRun::scheduled && walk.inquiries != nullptr;
    base::Result<void> renewable;
    if (is_scheduled) renewable = co_await make_renewable(walk, app);
    auto candidate = co_await examine(walk, app, served);
    if (is_scheduled) co_await bring_https_back(walk, app);
    if (!candidate) co_return add_unanswered(walk, app, candidate.error());
    if (!renewable) add_unanswered(walk, app, renewable.error());
    const bool is_pointless = !renewable && candidate->left < seconds{0};
    if (!is_pointless) walk.found.candidates.push_back(std::move(*candidate));
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
async::Task<void> visit_lost(Walk& walk, dokku::AppName app) {
    const RenewalCandidate lost{app, seconds{-1}, "its certificate is gone, or its files are"};
    if (walk.inquiries == nullptr) co_return walk.found.lost.push_back(lost);
    count_as_enabled(walk, app);
    auto repaired = base::Result<serving::Repair>{serving::Repair::done};
    {
        const async::Semaphore::Permit turn = co_await walk.mending.acquire();
        repaired = co_await serving::repair_certificate(*walk.inquiries, app);
    }
    if (!repaired) co_return add_unanswered(walk, app, repaired.error());
    if (*repaired == serving::Repair::left_to_other) co_return;
    auto served = tls::read_certificate_status(walk.context.environment, app);
    if (*repaired != serving::Repair::done || !served.active) {
        co_return walk.found.lost.push_back(lost);
    }
    co_await visit_active(walk, app, std::move(served));
}

/// For the scheduled run: one that is not active.
async::Task<void> visit_inactive(Walk& walk, dokku::AppName app) {
    const ca::Context& context = walk.context;
    const auto standing =
        renewal::read_standing(context.environment, context.store, app, context.clock.now());
    if (!standing) {
        // Who owns what cannot be read says what to do about it.
        const auto own = dokku::require_own_files(context.environment, app);
        co_return add_unanswered(walk, app, own ? standing.error() : own.error());
    }
    if (*standing == renewal::Standing::lost) co_await visit_lost(walk, app);
    if (*standing == renewal::Standing::custom_ended) {
        walk.found.lost.push_back({app, seconds{-1}, "the certificate of its own has expired"});
    }
    if (*standing == renewal::Standing::custom && renewal::is_unused_due(context, app)) {
        walk.found.candidates.push_back(
            {app, seconds{-1}, "the certificate kept for later is due"});
    }
}

async::Task<void> visit(Walk& walk, dokku::AppName app) {
    const ca::Context& context = walk.context;
    // Perhaps its files were damaged: no deploy may come that would find that.
    const bool changes_things = walk.inquiries != nullptr;
    const bool is_valid = changes_things ? serving::check_pair_of_ours(context, app)
                                         : renewal::is_loadable(context, app);
    auto served = tls::read_certificate_status(context.environment, app);
    const bool damaged = served.active && !is_valid;
    if (served.active && !damaged) {
        co_await visit_active(walk, app, std::move(served));
    } else if (walk.run == RenewalRun::scheduled) {
        co_await visit_inactive(walk, app);
    } else if (damaged) {
        walk.found.candidates.push_back({app, seconds{-1}, "nginx cannot load its certificate"});
    }
}

/// Takes one app after another that no other such walker has taken.
async::Task<void> visit_next(Walk& walk, const std::vector<dokku::AppName>& apps,
                             std::size_t& next) {
    while (next < apps.size()) {
        const dokku::AppName& app = apps[next++];
        co_await visit(walk, app);
    }
}

}  // namespace

async::Task<Renewals> find_renewals(const ca::Context& context, std::vector<dokku::AppName> apps,
                                    RenewalRun run, renewal::CaInquiries* inquiries,
                                    renewal::RenewalInquiry* windows) {
    constexpr std::size_t kAtOnce = 64;
    auto settings = settings::SettingsReader::open(context.environment);
    Renewals found;
    if (!settings) {
        context.log.warn(settings.error().message);
        for (const dokku::AppName& app : apps)
            found.unanswered.push_back({app, settings.error()});
        co_return found;
    }
    Walk walk{context, run, std::move(*settings), inquiries, windows, found};
    std::size_t next = 0;
    std::vector<async::Task<void>> walkers;
    walkers.reserve(kAtOnce);
    for (std::size_t i = 0; i < kAtOnce; ++i)
        walkers.push_back(visit_next(walk, apps, next));
    co_await async::all(std::move(walkers));
    for (auto* list : {&found.candidates, &found.lost}) {
        std::sort(list->begin(), list->end(), [](const auto& one, const auto& other) {
            return std::tie(one.left, one.app) < std::tie(other.left, other.app);
        });
    }
    co_return found;
}

}  // namespace lifecycle
