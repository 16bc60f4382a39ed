#include "renewal/renewal_plan.h"

#include <algorithm>
#include <utility>

#include "async/sleep.h"
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

/// The first who asks reads its directory; others wait for that.
async::Task<RenewalInquiry::Ca*> RenewalInquiry::ca_of(std::string server) {
    Ca& ca = cas_[server];
    const async::Semaphore::Permit opening = co_await ca.opening.acquire();
    if (ca.was_opened) co_return &ca;
    if (!server.empty() && !is_in_backoff(context_, server)) {
        auto directory = co_await ca::open_directory(context_, server);
        if (directory && !directory->renewal_info.empty()) ca.directory = std::move(*directory);
    }
    ca.was_opened = true;
    co_return &ca;
}

async::Task<void> RenewalInquiry::ask_if_due(dokku::AppName app) {
    const auto status = tls::read_certificate_status(context_.environment, app);
    const auto state = context_.store.read_state(app.text());
    if (state) co_await ask_if_due(app, status, *state);
}

async::Task<bool> RenewalInquiry::ask_if_due(dokku::AppName app, tls::CertificateStatus status,
                                             const store::AppState& state) {
    const base::UtcTime now = context_.clock.now();
    if (!status.active || !status.dates || status.dates->not_after <= now) co_return false;
    const bool known = is_plan_for(state, status.dates->not_after);
    if (known && state.renewal->next_ask && *state.renewal->next_ask > now) co_return false;
    std::string server = ca::issuing_server(context_, app, state);
    Ca* const ca = co_await ca_of(server);
    if (!ca->directory) co_return false;
    const bool is_changed = co_await ask(app, state, *ca, std::move(server));
    co_return is_changed;
}

async::Task<std::optional<acme::RenewalInfo>> RenewalInquiry::window_of(
    std::string server, const crypto::Certificate& leaf) {
    const auto id = acme::renewal_id(leaf);
    if (!id) co_return std::nullopt;
    Ca* const ca = co_await ca_of(std::move(server));
    if (!ca->directory) co_return std::nullopt;
    auto answer = co_await fetch(*ca, *id);
    if (!answer || !*answer) co_return std::nullopt;
    co_return std::move(**answer);
}

/// Returns whether the CA is to be asked now. While one waits, others may find that it does not
/// answer.
async::Task<bool> RenewalInquiry::wait_for_turn(Ca& ca) {
    const async::Semaphore::Permit turn = co_await ca.turn.acquire();
    if (!ca.directory || is_over()) co_return false;
    if (ca.asked) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*ca.asked + pause_ -
                                                                       context_.clock.monotonic());
        if (left.count() > 0) co_await async::sleep_for(left);
        if (!ca.directory || is_over()) co_return false;
    }
    ca.asked = context_.clock.monotonic();
    co_return true;
}

async::Task<RenewalInquiry::Answer> RenewalInquiry::fetch(Ca& ca, std::string certificate_id) {
    const bool is_to_be_asked = co_await wait_for_turn(ca);
    if (!is_to_be_asked) co_return std::nullopt;
    acme::Directory directory = *ca.directory;
    auto answer = co_await acme::fetch_renewal_info(
        context_.http, context_.clock, std::move(directory), std::move(certificate_id));
    if (!answer && !is_nonsense(answer.error())) ca.directory.reset();
    co_return answer;
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

async::Task<bool> RenewalInquiry::ask(dokku::AppName app, const store::AppState& state, Ca& ca,
                                      std::string server) {
    const auto pem = base::read_file(context_.environment.tls_root(app) / "server.crt");
    if (!pem) co_return false;
    const auto leaf = crypto::Certificate::parse_pem(*pem);
    if (!leaf) co_return false;
    const auto id = acme::renewal_id(*leaf);
    if (!id) co_return false;

    const std::string fingerprint = leaf->fingerprint();
    store::RenewalPlan before;
    before.fingerprint = fingerprint;
    if (state.renewal && state.renewal->fingerprint == fingerprint) before = *state.renewal;
    const auto asked = co_await fetch(ca, *id);
    if (!asked) co_return false;
    const auto& answer = *asked;
    const base::UtcTime now = context_.clock.now();
    store::RenewalPlan plan;
    if (answer) {
        plan = plan_after(before, *answer, now, base::roll_dice());
        tell_explanation(app, before, plan);
    } else {
        const bool nonsense = is_nonsense(answer.error());
        plan = plan_after(before, nonsense ? AriFailure::invalid : AriFailure::no_answer, now,
                          answer.error().error.retry_at);
    }
    co_return note_about(context_, app, *pem, [&](store::AppState& changed) {
        changed.renewal = plan;
        record_installed(changed, *leaf, server);
    });
}

}  // namespace renewal
