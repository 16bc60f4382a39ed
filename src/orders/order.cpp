#include "orders/order.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/asked_waits.h"
#include "base/text.h"
#include "ca/cause_of_failure.h"
#include "ca/claim.h"
#include "ca/clock.h"
#include "ca/replaced_certificate.h"
#include "crypto/csr.h"
#include "orders/certificate_key.h"

namespace orders {
namespace {

constexpr std::chrono::minutes kOrderPatience{5};
}  // namespace

async::Task<void> Order::run(async::Semaphore::Permit turn) {
    turn_ = std::move(turn);
    std::string order_url = find_resumable();
    for (;;) {
        if (order_url.empty() && !begin_new()) break;
        const After after = co_await carry_out(std::move(order_url));
        co_await clean_up_records();
        if (after == After::ended) break;
        order_url.clear();
        if (turn_) continue;
        turn_ = co_await job_.ca.session->new_orders().acquire();
    }
    turn_.reset();
}

/// The URL of a journalled order for exactly this, with its key in the job; else "".
std::string Order::find_resumable() {
    if (kind_ == OrderKind::rehearsal) return {};
    auto state = context_.store.read_state(job_.app().text());
    if (!state) {
        fail(local(std::move(state).error()));
        return {};
    }
    const auto& order = ca::own_state(*state, job_).order;
    if (!order || !fits(*order)) return {};
    auto key = crypto::PrivateKey::parse_pem(order->key_pem.reveal());
    if (!key) return {};
    job_.key = std::move(*key);
    ordered_ = order->ordered;
    context_.log.verbose("Resuming the order that an earlier run left behind");
    return order->url;
}

bool Order::fits(const store::RunningOrder& order) const {
    return !order.url.empty() && order.hash == job_.wanted().hash &&
           order.names == ca::to_texts(job_.names.ordered) &&
           order.directory_url == job_.ca.server &&
           order.account_url == job_.ca.session->client().account_url();
}

/// A key, and a place below the CA's limits; unless the job has failed, or a limit is in its way
/// by now.
bool Order::begin_new() {
    if (!job_.alive()) return false;
    if (!has_new_key_) {
        if (auto wrong = ca::refuse_wrong_clock(job_.ca.session->client())) {
            fail(local(std::move(*wrong)), store::cause::kClock);
            return false;
        }
        auto key = new_certificate_key(context_, job_);
        if (!key) {
            fail(local(std::move(key).error()));
            return false;
        }
        job_.key = std::move(*key);
    }
    if (desk_.limits != nullptr) desk_.limits->reserve(job_);
    return job_.alive();
}

acme::OrderPlan Order::plan_of(const std::string& order_url) {
    acme::OrderPlan plan;
    const auto type = job_.settings().uses_dns() ? acme::kDns01 : acme::kHttp01;
    for (const std::string& name : ca::to_texts(job_.names.ordered))
        plan.wanted.push_back({acme::to_identifier(name), std::string{type}});
    plan.csr = [this] { return crypto::make_csr(*job_.key, ca::to_texts(job_.names.ordered)); };
    plan.deadline = context_.clock.monotonic() + patience();
    plan.order_url = order_url;
    plan.profile = job_.ca.profile;
    if (desk_.is_batch) plan.pace = &job_.ca.session->validation_pace();
    if (order_url.empty()) plan.replaces = ca::certificate_to_replace(context_, job_);
    return plan;
}

/// An order may take its five minutes, and what the operator gives the CA beyond lego's 30 s
/// (`--cert.timeout`).
std::chrono::seconds Order::patience() const {
    constexpr std::chrono::seconds kUsual{30};
    const auto extra = job_.lego().certificate_timeout - kUsual;
    return kOrderPatience + std::max(extra, std::chrono::seconds{0});
}

async::Task<Order::After> Order::carry_out(std::string order_url) {
    is_resumed_ = !order_url.empty();
    if (is_resumed_) turn_.reset();
    account_url_ = job_.ca.session->client().account_url();
    acme::OrderFlow flow{job_.ca.session->client(), plan_of(order_url), *this};
    auto issued = co_await flow.run();
    if (issued) {
        job_.issued = std::move(*issued);
        co_return After::ended;
    }
    if (is_given_up_) co_return After::ended;
    if (!own_cause_.empty()) {
        co_return fail(local(std::move(issued).error().error), std::exchange(own_cause_, {}));
    }
    co_return co_await act_on(std::move(issued).error(), flow);
}

/// The URL is kept before anything else is asked.
base::Result<void> Order::ordered(const acme::OrderFlow& flow) {
    turn_.reset();
    if (desk_.limits != nullptr) desk_.limits->note_order(job_, flow.replaced());
    if (!flow.replaces_refused().empty()) {
        context_.log.verbose("The CA does not take the order as a renewal (" +
                             base::printable(flow.replaces_refused()) +
                             "); ordered as a new certificate");
    }
    if (kind_ == OrderKind::rehearsal) return {};
    auto kept = ca::update_claimed_state(context_, job_, [&](store::AppState& state) {
        ca::own_state(state, job_).order =
            store::RunningOrder{flow.order_url(),
                                job_.ca.server,
                                job_.ca.session->client().account_url(),
                                job_.wanted().hash,
                                ca::to_texts(job_.names.ordered),
                                job_.key->to_pem(),
                                context_.clock.now()};
    });
    if (kept) return {};  // what was not kept is noticed before the next request
    own_cause_ = ca::cause_of(local(kept.error()));
    return std::move(kept).error();
}

async::Task<acme::Outcome<void>> Order::present(std::vector<acme::ChosenChallenge> challenges) {
    is_resumed_ = false;  // this run's own from here on: a refusal is not asked for twice
    if (!job_.records) {
        context_.log.verbose("Ordered; asking the CA to validate " +
                             std::to_string(challenges.size()) + " name(s)");
        co_return acme::Outcome<void>{};
    }
    std::function<base::Result<void>()> goes_on = [this] { return this->goes_on(); };
    auto set = co_await job_.records->present(std::move(challenges), std::move(goes_on));
    if (set) co_return acme::Outcome<void>{};
    own_cause_ = store::cause::kDnsProvider;
    co_return local(std::move(set).error());
}

/// Not if a command has changed the app meanwhile.
base::Result<void> Order::goes_on() {
    if (kind_ == OrderKind::rehearsal || ca::is_still_claimed(context_, job_)) return {};
    is_given_up_ = true;
    return base::fail(base::ErrorKind::busy, job_.app().text() + " was changed meanwhile");
}

/// An order of an earlier run may be invalid or forgotten by now: that costs one new order. What
/// the network did says nothing about the order: it stays journalled. So does one of this run that
/// the CA does not know: the next run asks for it once more before it is given up.
async::Task<Order::After> Order::act_on(acme::Failure failure, const acme::OrderFlow& flow) {
    if (desk_.limits != nullptr && !failure.invalid.empty()) {
        desk_.limits->note_refused(job_, failure);
    }
    if (take_new_key(failure)) co_return After::order_anew;
    const auto kind = failure.error.kind;
    const bool lost = tells_nothing(failure, flow) ||
                      (!failure.is_of_ended_order() &&
                       (kind == base::ErrorKind::network || kind == base::ErrorKind::timeout ||
                        kind == base::ErrorKind::rate_limited));
    if (is_resumed_ && (!lost || is_stuck(failure, flow))) {
        context_.log.verbose("It is ordered anew: " + base::printable(failure.error.message));
        co_return After::order_anew;
    }
    const bool is_unknown_account = failure.status != 0 && failure.is("accountDoesNotExist");
    if (is_unknown_account) {
        const bool found = co_await has_other_account();
        if (found) co_return After::order_anew;
    }
    const bool is_asked_again = failure.not_known_yet() && !flow.order_url().empty();
    if (!lost && !is_asked_again && kind_ == OrderKind::real) {
        auto dropped = ca::update_claimed_state(context_, job_, [&](store::AppState& state) {
            ca::own_state(state, job_).order.reset();
        });
        if (!dropped) context_.log.warn(dropped.error().message);
    }
    co_return fail(std::move(failure));
}

/// Of the same type, once, if the CA blocks the certificate's key; where that is to be used again,
/// it is this one from now on.
bool Order::take_new_key(const acme::Failure& failure) {
    if (has_new_key_ || ca::cause_of(failure) != store::cause::kBlockedKey) return false;
    auto key = crypto::PrivateKey::generate(job_.key->type());
    if (!key) return false;
    has_new_key_ = true;
    context_.log.warn(job_.app().text() + ": the CA blocks the certificate's key (\"" +
                      base::printable(failure.problem->detail) +
                      "\"); ordering once more with a new one");
    job_.key = std::move(*key);
    return true;
}

/// Another order of the run may have found that account again.
async::Task<bool> Order::has_other_account() {
    if (job_.ca.session->client().account_url() != account_url_) co_return true;
    const auto recovered = co_await desk_.sessions.recover(job_.ca, job_.settings(), job_.lego());
    co_return recovered.has_value();
}

/// One that the CA answers for and never ends would be resumed for ever. While it says that it
/// issues, an order beside it would cost a second certificate: that is believed within bounds. One
/// without a date is of an older release.
bool Order::is_stuck(const acme::Failure& failure, const acme::OrderFlow& flow) const {
    constexpr std::chrono::minutes kOurOwnPauses{1};
    if (failure.error.kind != base::ErrorKind::timeout || !flow.order()) return false;
    const base::UtcTime now = context_.clock.now();
    const auto& until = failure.error.retry_at;
    const bool asks_for_time = until && *until - now > kOurOwnPauses;
    const bool issues = flow.order()->status == acme::OrderStatus::processing;
    if (!ordered_ || (!asks_for_time && !issues)) return true;
    return now - *ordered_ > (asks_for_time ? base::kLongestOrder : base::kLongestIssuing);
}

/// What answers in place of the CA and is no ACME, or does not even give a nonce that it takes,
/// tells nothing of the order either. An order beside it would cost a second certificate: so it is
/// believed for a day.
bool Order::tells_nothing(const acme::Failure& failure, const acme::OrderFlow& flow) const {
    const bool is_no_acme =
        failure.error.kind == base::ErrorKind::protocol && failure.status != 0 && !failure.problem;
    const bool is_of_nonce =
        failure.request == acme::RequestKind::new_nonce || failure.is("badNonce");
    if (!is_no_acme && !is_of_nonce) return false;
    if (flow.order_url().empty()) return false;
    if (!is_resumed_) return true;
    return ordered_ && context_.clock.now() - *ordered_ <= base::kLongestIssuing;
}

async::Task<void> Order::clean_up_records() const {
    if (job_.records) co_await job_.records->clean_up();
}

acme::Failure Order::local(base::Error error) const {
    return {std::move(error), std::nullopt, job_.ca.server};
}

Order::After Order::fail(acme::Failure failure, std::string_view why) {
    if (why.empty()) {
        job_.fail(std::move(failure));
    } else {
        job_.fail(std::move(failure), why);
    }
    return After::ended;
}

}  // namespace orders
