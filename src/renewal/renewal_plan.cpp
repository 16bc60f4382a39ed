#include "renewal/renewal_plan.h"

#include <algorithm>

#include "base/asked_waits.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "ca/directory.h"
#include "ca/limits/limits.h"
#include "ca/replaced_certificate.h"
#include "renewal/certificate_note.h"
#include "renewal/rule.h"
#include "settings/default_renewal_margin.h"
#include "tls/certs.h"

namespace renewal {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

base::UtcTime choose_moment(const acme::RenewalInfo& info, double dice) {
    // The last tenth is for tries again: after the window a renewal counts against limits.
    const double length = static_cast<double>((info.end - info.start).count()) * 0.9;
    return info.start + seconds{static_cast<long long>(length * std::clamp(dice, 0.0, 1.0))};
}

bool is_plan_for(const store::AppState& state, base::UtcTime installed_until) {
    return state.renewal && state.installed && state.installed->owner == store::Owner::ours &&
           state.installed->not_after == installed_until &&
           state.renewal->fingerprint == state.installed->fingerprint;
}

/// Did the CA ask not to be asked anything before a time that is to come?
bool is_in_backoff(const ca::Context& context, const std::string& server) {
    const base::UtcTime now = context.clock.now();
    const auto entries = context.store.ledger().read(now);
    if (!entries) return false;
    ca::limits::PlannedOrder planned;
    planned.server = server;
    return ca::limits::Limits{*entries}.judge(planned, now).has_value();
}

}  // namespace

store::RenewalPlan plan_after(const store::RenewalPlan& before, const acme::RenewalInfo& info,
                              base::UtcTime now, double dice) {
    store::RenewalPlan plan = before;
    const bool moved = !before.moment || before.start != info.start || before.end != info.end;
    if (moved) plan.moment = choose_moment(info, dice);
    plan.start = info.start;
    plan.end = info.end;
    plan.explanation_url = info.explanation_url;
    plan.next_ask = now + info.ask_again;
    plan.next_ask_set = now;
    plan.failures = 0;
    return plan;
}

store::RenewalPlan plan_after(const store::RenewalPlan& before, AriFailure silence,
                              base::UtcTime now, std::optional<base::UtcTime> retry_at) {
    constexpr int kMostDoublings = 3;
    constexpr hours kLongest{6};
    store::RenewalPlan plan = before;
    const int doublings = std::min(before.failures, kMostDoublings);
    plan.failures = before.failures + 1;
    const base::UtcTime own = now + std::min(hours{1LL << doublings}, kLongest);
    plan.next_ask = std::max(
        own, std::min<base::UtcTime>(retry_at.value_or(own), now + base::kLongestAskedWait));
    plan.next_ask_set = now;
    if (silence == AriFailure::invalid) {
        plan.start.reset();
        plan.end.reset();
        plan.moment.reset();
        plan.explanation_url.clear();
    }
    return plan;
}

std::optional<base::UtcTime> selected_time(const store::AppState& state,
                                           base::UtcTime installed_until) {
    return is_plan_for(state, installed_until) ? state.renewal->moment : std::nullopt;
}

bool is_called_back(const base::CertificateDates& dates, base::UtcTime window_end,
                    base::UtcTime now) {
    return window_end <= now &&
           window_end < dates.not_after - settings::default_renewal_margin(dates);
}

std::optional<base::UtcTime> selected_time(const settings::Settings& settings,
                                           const store::AppState& state) {
    const auto& installed = state.installed;
    if (!installed || installed->owner != store::Owner::ours || !installed->not_before) {
        return std::nullopt;
    }
    const base::CertificateDates dates{*installed->not_before, installed->not_after};
    const auto moment = selected_time(state, dates.not_after);
    return renewal_time({dates, settings.set_graceperiod(), true, moment}).at + seconds{1};
}

bool may_go_along(const store::AppState& state, base::UtcTime now) {
    const bool has_window =
        state.installed && selected_time(state, state.installed->not_after) && state.renewal->start;
    if (!has_window || *state.renewal->start <= now) return true;
    return state.renew_at && *state.renew_at < *state.renewal->start;
}

bool postpone_to_next_batch(store::AppState& state, base::UtcTime now) {
    const base::UtcTime next = now + kBatchSpan;
    if (may_go_along(state, now) || !state.renew_at || *state.renew_at > next) return false;
    if (!state.renewal->end || *state.renewal->end <= next) return false;
    state.renewal->moment = next;
    state.renew_at = next + seconds{1};
    return true;
}

namespace {

/// What a CA says about one certificate tells nothing about the next; all else does.
bool is_nonsense(const acme::Failure& failure) {
    return failure.error.kind == base::ErrorKind::protocol ||
           failure.error.kind == base::ErrorKind::rejected;
}

}  // namespace

RenewalInquiry::Ca& RenewalInquiry::ca_of(const std::string& server) {
    const auto [entry, is_new] = cas_.try_emplace(server);
    if (!is_new || server.empty() || is_in_backoff(context_, server)) return entry->second;
    auto directory = ca::open_directory(context_, server);
    if (directory && !directory->renewal_info.empty()) {
        entry->second.directory = std::move(*directory);
    }
    return entry->second;
}

void RenewalInquiry::ask_if_due(const dokku::AppName& app) {
    const auto status = tls::read_certificate_status(context_.environment, app);
    const auto state = context_.store.read_state(app.text());
    if (state) ask_if_due(app, status, *state);
}

bool RenewalInquiry::ask_if_due(const dokku::AppName& app, const tls::CertificateStatus& status,
                                const store::AppState& state) {
    const base::UtcTime now = context_.clock.now();
    if (!status.active || !status.dates || status.dates->not_after <= now) return false;
    const bool known = is_plan_for(state, status.dates->not_after);
    if (known && state.renewal->next_ask && *state.renewal->next_ask > now) return false;
    if (!ca_of(ca::issuing_server(context_, app, state)).directory) return false;
    return ask(app, state);
}

std::optional<acme::RenewalInfo> RenewalInquiry::window_of(const std::string& server,
                                                           const crypto::Certificate& leaf) {
    const auto id = acme::renewal_id(leaf);
    if (!id) return std::nullopt;
    Ca& ca = ca_of(server);
    if (!ca.directory) return std::nullopt;
    auto answer = fetch(*ca.directory, *id);
    if (answer) return std::move(*answer);
    if (!is_nonsense(answer.error())) ca.directory.reset();
    return std::nullopt;
}

acme::Outcome<acme::RenewalInfo> RenewalInquiry::fetch(const acme::Directory& directory,
                                                       const std::string& certificate_id) {
    if (asked_ && pause_.count() > 0) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*asked_ + pause_ -
                                                                       context_.clock.monotonic());
        if (left.count() > 0) context_.clock.sleep_for(left);
    }
    asked_ = context_.clock.monotonic();
    return acme::fetch_renewal_info(context_.blocking_http, context_.clock, directory,
                                    certificate_id);
}

/// Once for each window: who reads the log looks there for why a certificate is renewed early.
void RenewalInquiry::tell_explanation(const dokku::AppName& app, const store::RenewalPlan& before,
                                      const store::RenewalPlan& plan) const {
    const bool is_known =
        before.start == plan.start && before.explanation_url == plan.explanation_url;
    if (plan.explanation_url.empty() || is_known) return;
    context_.log.verbose(app.text() + ": the CA explains its renewal window at " +
                         base::printable(plan.explanation_url));
}

bool RenewalInquiry::ask(const dokku::AppName& app, const store::AppState& state) {
    const std::string server = ca::issuing_server(context_, app, state);
    Ca& ca = ca_of(server);
    if (!ca.directory) return false;
    const auto pem = base::read_file(context_.environment.tls_root(app) / "server.crt");
    if (!pem) return false;
    const auto leaf = crypto::Certificate::parse_pem(*pem);
    if (!leaf) return false;
    const auto id = acme::renewal_id(*leaf);
    if (!id) return false;

    const std::string fingerprint = leaf->fingerprint();
    store::RenewalPlan before;
    before.fingerprint = fingerprint;
    if (state.renewal && state.renewal->fingerprint == fingerprint) before = *state.renewal;
    const auto answer = fetch(*ca.directory, *id);
    const base::UtcTime now = context_.clock.now();
    const bool nonsense = !answer && is_nonsense(answer.error());
    store::RenewalPlan plan;
    if (answer) {
        plan = plan_after(before, *answer, now, base::roll_dice());
        tell_explanation(app, before, plan);
    } else {
        plan = plan_after(before, nonsense ? AriFailure::invalid : AriFailure::no_answer, now,
                          answer.error().error.retry_at);
        if (!nonsense) ca.directory.reset();
    }
    return note_about(context_, app, *pem, [&](store::AppState& changed) {
        changed.renewal = plan;
        record_installed(changed, *leaf, server);
    });
}

}  // namespace renewal
