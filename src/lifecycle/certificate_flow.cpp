#include "lifecycle/certificate_flow.h"

#include <exception>

#include "base/file.h"
#include "ca/claim.h"
#include "ca/explain_failure.h"
#include "ca/locks.h"
#include "lifecycle/claim.h"
#include "lifecycle/finish.h"
#include "lifecycle/open_session.h"
#include "lifecycle/prepare.h"
#include "lifecycle/release.h"
#include "lifecycle/take_again.h"
#include "nginx/challenge_route.h"
#include "orders/decide_order.h"
#include "orders/early_certificate.h"
#include "orders/preferred_chain.h"
#include "orders/rehearsal.h"
#include "preflight/preflight.h"
#include "renewal/standby_pair.h"
#include "serving/challenge_routes.h"
#include "serving/install_pair.h"
#include "serving/serve.h"
#include "status/host_fix.h"
#include "status/record_outcome.h"

namespace lifecycle {

using Doing = serving::ReloadRounds::Doing;

namespace {

FlowEnd end_of(const ca::IssueJob& job) {
    if (job.failure()) return {FlowEnd::Kind::failed, job.cause()};
    if (job.is_left_to_other()) return {FlowEnd::Kind::left_to_other};
    return {job.has_nothing_to_do() ? FlowEnd::Kind::nothing_done : FlowEnd::Kind::issued};
}

}  // namespace

CertificateFlow::CertificateFlow(Run& run, dokku::AppName app)
    : run_(run),
      app_(std::move(app)),
      lines_(run.has_many() ? std::make_unique<dokku::KeptLines>(
                                  run.context.log, *run.context.kept_lines, app_.text())
                            : nullptr),
      context_(run.context.with_log(lines_ ? lines_->log() : run.context.log)),
      reloads_(std::in_place, run.reloads.rounds()) {}

/// What one app throws is that app's failure: the others go on.
async::Task<FlowEnd> CertificateFlow::work() {
    FlowEnd end{FlowEnd::Kind::failed, store::cause::kHost};
    try {
        end = co_await live();
    } catch (const std::exception& error) {
        context_.log.warn(app_.text() + ": " + error.what());
    }
    job_.reset();
    reloads_.reset();
    lines_.reset();
    co_return end;
}

/// `dokku domains:add` comes here from the trigger post-domains-update (hooks/domains_changed.h),
/// whose worker `libexec/issue` is waited for until the pair is in place (runs/retry.h); `enable`,
/// `auto-renew` and the retry job from their commands (runs/).
async::Task<FlowEnd> CertificateFlow::live() {
    const bool is_wanted = co_await observe();
    if (!is_wanted) co_return end_;
    const bool is_claimed = co_await claim();
    if (!is_claimed) co_return end_;
    const bool is_to_order = co_await passes_dns();
    if (!is_to_order) co_return end_;
    const bool is_at_hand = co_await use_pair_at_hand();
    if (!is_at_hand) {
        co_await open_challenge();
        announce();
        co_await rehearse();
    }
    co_await get_certificate();
    co_await load();
    co_await finish();
    co_return end_;
}

/// What is in place, and is it due? Nothing is begun while nginx could not load what would be
/// issued.
async::Task<bool> CertificateFlow::observe() {
    auto prepared = co_await prepare(context_, app_, run_.request);
    if (!prepared) {
        if (run_.request.is_typed() || !ca::is_gone(context_, app_)) refuse(prepared.error());
        co_return false;
    }
    if (!prepared->has_value()) co_return false;
    job_.emplace(std::move(**prepared));
    const auto valid = co_await run_.require_valid_nginx();
    if (valid) co_return true;
    const std::string_view cause = note_blocked(context_, *job_, valid.error(), run_.request);
    end_ = {FlowEnd::Kind::failed, cause};
    co_return false;
}

void CertificateFlow::refuse(const ca::Refusal& refusal) {
    context_.log.warn(status::with_fix(refusal.error, app_.text()));
    if (run_.request.is_unattended()) status::record_refusal(context_, app_, refusal);
    end_ = {FlowEnd::Kind::failed, refusal.cause};
}

/// The journal is begun under the app's lock, which is let go of then: what follows may take long.
async::Task<bool> CertificateFlow::claim() {
    const Waiting scope{*reloads_, Doing::wait};
    const auto claimed = co_await claim_app(context_, *job_, run_.request);
    if (!claimed) {
        context_.log.warn(status::with_fix(claimed.error().error, app_.text()));
        if (is_ours_to_record(claimed.error(), *job_, run_.request))
            status::record_refusal(context_, app_, claimed.error());
        end_ = {FlowEnd::Kind::failed, claimed.error().cause};
    }
    const bool is_claimed = claimed && *claimed;
    if (is_claimed) {
        ca::rest(*job_);
    } else {
        release(context_, *job_);
    }
    co_return is_claimed;
}

/// Where no operator waits for an answer, an app whose names all wait for their DNS is noted and
/// left, without a word of an order that is not made.
async::Task<bool> CertificateFlow::passes_dns() {
    co_await preflight::check_dns(context_, *job_, run_.request);
    if (is_to_be_ordered(context_, *job_, run_.request)) co_return true;
    if (!hold_again(context_, *job_)) co_return false;
    close_journal(context_, *job_);
    status::record_outcome(context_, *job_);
    release(context_, *job_);
    co_return false;
}

/// One that needs no order.
async::Task<bool> CertificateFlow::use_pair_at_hand() {
    if (!job_->alive()) co_return false;
    const bool is_early = co_await orders::use_early_certificate(run_.inquiries, *job_);
    if (is_early) co_return true;
    if (!run_.request.is_unattended()) co_return false;
    co_return co_await renewal::use_standby_pair(run_.inquiries, *job_);
}

/// docs/dokku.md 11.1, steps 5 and 6. All that is known without nginx comes first, so that it is
/// not reloaded for nothing.
async::Task<void> CertificateFlow::open_challenge() {
    context_.log.info1("Enabling ACME proxy for " + app_.text() + "...");
    if (job_->alive()) co_await open_session(run_, context_, *job_);
    const bool has_route = job_->alive() && !job_->settings().uses_dns();
    if (has_route) co_await serving::Reloads::switch_route_on(*reloads_, *job_);
    co_await preflight::check_reachability(context_, *job_);
    orders::decide_order(context_, *job_, run_.request);
}

/// docs/dokku.md 11.1, step 7.
void CertificateFlow::announce() const {
    if (job_->has_nothing_to_do()) return;
    context_.log.info1("Getting letsencrypt certificate for " + app_.text() + " via " +
                       (job_->settings().uses_dns() ? "DNS-01" : "HTTP-01"));
    for (const std::string& domain : job_->wanted().domains)
        context_.log.error_plain("        - Domain '" + domain + "'");
}

/// After failures before, first where they cost nothing.
async::Task<void> CertificateFlow::rehearse() {
    if (!job_->alive()) co_return;
    auto real = co_await orders::begin_rehearsal(context_, run_.sessions, *job_);
    if (!real) co_return;
    co_await serving::Reloads::switch_route_on(*reloads_, *job_);
    {
        const Waiting scope{*reloads_, Doing::order};
        const async::Semaphore::Permit slot = co_await run_.order_slots.acquire();
        co_await orders::rehearse_order(context_, run_.sessions, *job_);
    }
    orders::end_rehearsal(std::move(*real), *job_);
    orders::drop_rejected_names(context_, *job_, run_.request);
    if (job_->alive()) co_await serving::Reloads::switch_route_on(*reloads_, *job_);
}

/// From a slot for an order, or with a certificate at hand at once, to the pair in tls/. The slot
/// is given back then.
async::Task<void> CertificateFlow::get_certificate() {
    if (!job_->alive()) co_return;
    std::optional<Waiting> scope;
    std::optional<async::Semaphore::Permit> slot;
    if (!job_->issued) {
        scope.emplace(*reloads_, Doing::order);
        slot = co_await run_.order_slots.acquire();
    }
    co_await take_app_again();
    const bool is_to_order = job_->alive() && !job_->issued;
    if (is_to_order) co_await order();
    const bool is_issued = job_->alive() && job_->issued;
    const bool is_to_install = is_issued && ca::is_still_claimed(context_, *job_);
    if (is_to_install) co_await install();
}

/// Minutes may have passed in which no run held the app's lock, and Dokku's commands do not look
/// at it.
async::Task<void> CertificateFlow::take_app_again() {
    if (run_.has_lasted_too_long()) {
        job_->fail(store::cause::kHost, {base::ErrorKind::timeout,
                                         "The run has lasted too long; the next one goes on",
                                         std::nullopt,
                                         {}});
        co_return;
    }
    co_await lock_again(context_, *job_, run_.request);
    if (!job_->alive()) co_return;
    if (!is_as_it_was(context_, *job_)) co_return leave_alone(context_, *job_);
    if (job_->issued || job_->settings().uses_dns() || has_route(context_, *job_)) co_return;
    context_.log.verbose("The challenge route of " + app_.text() + " is gone; made again");
    co_await serving::Reloads::switch_route_on(*reloads_, *job_);
}

/// Once more without what the CA refuses, as often as that is worth it.
async::Task<void> CertificateFlow::order() {
    for (bool again = true; again;) {
        async::Semaphore::Permit turn = co_await job_->ca.session->new_orders().acquire();
        run_.silent_cas.refuse(*job_);
        co_await run_.limits.check(*job_);
        orders::decide_order(context_, *job_, run_.request);
        if (!job_->alive()) co_return;
        orders::Order order{context_, run_.desk, orders::OrderKind::real, *job_};
        co_await order.run(std::move(turn));
        run_.limits.note_result(*job_);
        run_.silent_cas.note_result(*job_);
        again = orders::drop_rejected_names(context_, *job_, run_.request);
    }
}

/// docs/dokku.md 11.1, step 9.
async::Task<void> CertificateFlow::install() {
    co_await orders::prefer_chain(context_, *job_);
    context_.log.info1("Certificate retrieved successfully.");
    context_.log.info1("Installing let's encrypt certificates");
    base::Result<void> installed;
    if (const auto early = orders::installable_from(context_, *job_)) {
        installed = orders::keep_until(context_, *job_, *early);
    } else {
        former_ = serving::read_former_pair(context_, *job_);
        installed = co_await serving::install_pair(context_, *job_);
    }
    if (!installed)
        job_->fail(store::cause::kHost, job_->hold.folder->readable(std::move(installed).error()));
}

/// The challenge's route off and the pair loaded, in one reload with those of others.
async::Task<void> CertificateFlow::load() {
    const bool is_unfinished = job_->alive() && !job_->issued;
    const bool is_taken_away = is_unfinished || !ca::is_still_claimed(context_, *job_);
    if (is_taken_away && !job_->is_left_to_other()) leave_alone(context_, *job_);
    if (job_->failure()) tell_of_failure(context_, *job_);
    if (job_->is_left_to_other() || !hold_again(context_, *job_)) co_return;
    if (announce_pair(context_, *job_, run_.request)) co_return;
    const bool was_well = job_->alive();
    const serving::FormerPair* former = former_ ? &*former_ : nullptr;
    job_->hold.folder->rest();
    co_await serving::Reloads::load(*reloads_, *job_, former);
    former_.reset();
    static_cast<void>(ca::hold_folder_again(*job_));
    if (was_well && job_->failure()) tell_of_failure(context_, *job_);
}

/// The journal ends once nginx has the pair: a run that is killed before is taken up by the next.
async::Task<void> CertificateFlow::finish() {
    run_.count_end(context_, *job_);
    if (job_->route.is_stale) co_await serving::Reloads::reload(*reloads_);
    if (!job_->is_left_to_other()) {
        close_journal(context_, *job_);
        co_await tell_end(run_, context_, *job_);
        status::record_outcome(context_, *job_);
        release(context_, *job_);
    }
    end_ = end_of(*job_);
}

}  // namespace lifecycle
