#include "ca/limits/limit_check.h"

#include <algorithm>
#include <utility>

#include "async/sleep.h"
#include "base/asked_waits.h"
#include "ca/limits/backoff.h"
#include "ca/replaced_certificate.h"
#include "ca/session.h"
#include "store/cause.h"

namespace ca::limits {
namespace {

std::string account_of(const IssueJob& job) {
    return job.ca.session == nullptr ? std::string{} : job.ca.session->client().account_url();
}

/// Has this CA issued for exactly these names before? It remembers that for 120 days.
bool is_renewal(const Context& context, const IssueJob& job) {
    constexpr std::chrono::hours kRemembered{24 * 120};
    if (!job.has_same_names()) return false;
    const auto state = context.store.read_state(job.app().text());
    if (!state || issuing_server(context, job.app(), *state) != job.ca.server) {
        return false;
    }
    const auto& installed = state->installed;
    return !installed || !installed->not_before ||
           context.clock.now() - *installed->not_before < kRemembered;
}

bool has_order_under_way(const Context& context, const IssueJob& job) {
    const auto state = context.store.read_state(job.app().text());
    return state && state->order && !state->order->url.empty();
}

/// Did an order that the CA had taken stay as it was, for a later run to resume?
bool may_be_resumed(const acme::Failure& failure) {
    using base::ErrorKind;
    const auto kind = failure.error.kind;
    if (failure.is_of_ended_order()) return false;
    return kind == ErrorKind::network || kind == ErrorKind::timeout ||
           kind == ErrorKind::rate_limited || failure.not_known_yet();
}

bool is_worth_waiting(const LimitReached& reached, base::UtcTime now) {
    return reached.limit == limit::kBackoff && reached.until - now <= base::kLongestPauseInRun;
}

std::string_view cause_of_limit(const LimitReached& reached) {
    return reached.limit == limit::kPaused ? store::cause::kPaused : store::cause::kRateLimited;
}

}  // namespace

LimitCheck::LimitCheck(Context& context, bool forced, bool asks_paused)
    : context_(context),
      forced_(forced),
      asks_paused_(asks_paused),
      ledger_(context.store.ledger()),
      follower_(ledger_),
      limits_({}) {}

void LimitCheck::follow() {
    const auto news = follower_.read(context_.clock.now());
    if (!news) {
        if (!std::exchange(has_warned_, true)) {
            context_.log.warn("What was ordered before is not known: " + news.error().message);
        }
        return;
    }
    if (news->is_whole) limits_ = Limits{{}};
    for (const ledger::Entry& entry : news->entries)
        limits_.note(entry);
}

async::Task<std::optional<LimitReached>> LimitCheck::judge(PlannedOrder planned) {
    for (;;) {
        follow();
        const base::UtcTime now = context_.clock.now();
        auto reached = limits_.judge(planned, now);
        if (!reached || !is_worth_waiting(*reached, now)) co_return reached;
        co_await async::sleep_for(reached->until - now);
    }
}

std::optional<LimitReached> LimitCheck::foresee(PlannedOrder planned) {
    planned.asks_paused = asks_paused_;
    follow();
    const base::UtcTime now = context_.clock.now();
    auto reached = limits_.judge(planned, now);
    if (reached && is_worth_waiting(*reached, now)) return std::nullopt;
    return reached;
}

async::Task<bool> LimitCheck::refuse_ca_in_backoff(IssueJob& job) {
    if (forced_) co_return false;  // check() says so
    PlannedOrder planned;
    planned.server = job.ca.server;
    const auto reached = co_await judge(std::move(planned));
    if (!reached) co_return co_await refuse_registration(job);
    refuse(job, *reached);
    job.ca_is_in_backoff = !job.alive();
    co_return job.ca_is_in_backoff;
}

/// Apps that have their account do not notice.
async::Task<bool> LimitCheck::refuse_registration(IssueJob& job) {
    PlannedOrder planned;
    planned.server = job.ca.server;
    planned.registers = true;
    const bool is_in_backoff = limits_.judge(planned, context_.clock.now()).has_value();
    if (!is_in_backoff || has_account(context_, job.ca.server, job.settings().account_email()))
        co_return false;
    const auto reached = co_await judge(std::move(planned));
    if (reached) refuse(job, *reached);
    co_return !job.alive();
}

PlannedOrder LimitCheck::planned_order_of(const IssueJob& job) const {
    PlannedOrder planned{job.ca.server, account_of(job), to_texts(job.names.ordered),
                         is_renewal(context_, job), is_exempt_order(context_, job)};
    planned.asks_paused = asks_paused_;
    return planned;
}

async::Task<void> LimitCheck::check(IssueJob& job) {
    while (job.alive()) {
        PlannedOrder planned = planned_order_of(job);
        // What an order that is resumed costs is spent.
        if (has_order_under_way(context_, job)) planned.exempt = true;
        const auto reached = co_await judge(std::move(planned));
        if (!reached) co_return;
        refuse(job, *reached);
        if (forced_) co_return;
    }
}

void LimitCheck::reserve(IssueJob& job) {
    const PlannedOrder planned = planned_order_of(job);
    std::optional<LimitReached> reached;
    ledger::Entry order = entry_of(job, ledger::EntryKind::order);
    order.exempt = planned.exempt;
    const auto decide = [&]() -> std::vector<ledger::Entry> {
        follow();
        std::vector<ledger::Entry> entries;
        // One that this run had sent before and that the CA did not take.
        if (auto before = end_of_order(job)) {
            limits_.note(*before);
            entries.push_back(std::move(*before));
        }
        reached = forced_ ? std::nullopt : limits_.judge(planned, context_.clock.now());
        if (reached) return entries;
        limits_.complete(order);
        entries.push_back(order);
        return entries;
    };
    const auto kept = ledger_.append_under_lock(decide, context_.clock.now());
    if (!kept) {
        context_.log.warn("The ledger of orders: " + kept.error().message);
        limits_.note(order);
    }
    if (reached) {
        limits_.queue(*reached);
        return job.fail(cause_of_limit(*reached), to_error(*reached, job.app().text()));
    }
    reserved_[&job] = {planned.exempt, false};
}

void LimitCheck::refuse(IssueJob& job, const LimitReached& reached) {
    base::Error error = to_error(reached, job.app().text());
    if (forced_) {
        // The order is judged again when its turn comes.
        if (!warned_.emplace(&job, std::string{reached.limit} + " " + reached.key).second) return;
        return context_.log.warn(error.message + "; ordered all the same (--force)");
    }
    limits_.queue(reached);
    const auto why = cause_of_limit(reached);
    if (reached.names.empty()) return job.fail(why, std::move(error));
    for (const std::string& name : reached.names)
        job.defer(name, why, error);
    job.drop_deferred();
}

ledger::Entry LimitCheck::entry_of(const IssueJob& job, ledger::EntryKind kind) const {
    ledger::Entry entry;
    entry.kind = kind;
    entry.at = context_.clock.now();
    entry.server = job.ca.server;
    entry.account = account_of(job);
    entry.names = to_texts(job.names.ordered);
    entry.renewal = is_renewal(context_, job);
    return entry;
}

std::optional<ledger::Entry> LimitCheck::end_of_order(const IssueJob& job) {
    const auto found = reserved_.find(&job);
    if (found == reserved_.end()) return std::nullopt;
    const Reserved reserved = found->second;
    reserved_.erase(found);
    const bool is_left = job.failure() && may_be_resumed(*job.failure());
    if (reserved.is_taken && is_left) return std::nullopt;
    auto entry = entry_of(job, ledger::EntryKind::order_over);
    // An answer that was lost may have been a yes.
    entry.refused = !reserved.is_taken && (!job.failure() || !job.failure()->unanswered());
    return entry;
}

void LimitCheck::note_order(const IssueJob& job, bool replaces) {
    Reserved& reserved = reserved_[&job];
    if (reserved.is_exempt && !replaces) {
        // It was ordered once more, as one that counts.
        auto refused = entry_of(job, ledger::EntryKind::order_over);
        refused.refused = true;
        write({std::move(refused), entry_of(job, ledger::EntryKind::order)});
    }
    reserved = {replaces && reserved.is_exempt, true};
}

void LimitCheck::note_result(const IssueJob& job) {
    if (job.failure()) note_failure(job, *job.failure());
    if (job.alive() && job.issued) {
        reserved_.erase(&job);
        write({entry_of(job, ledger::EntryKind::certificate)});
    } else if (auto over = end_of_order(job)) {
        write({std::move(*over)});
    }
}

void LimitCheck::note_refused(const IssueJob& job, const acme::Failure& failure) {
    std::vector<ledger::Entry> failures;
    for (const acme::Identifier& name : failure.invalid) {
        failures.push_back(entry_of(job, ledger::EntryKind::failure));
        failures.back().names = {name.value};
    }
    write(failures);
}

void LimitCheck::note_failure(const IssueJob& job, const acme::Failure& failure, bool registering) {
    const auto names = to_texts(job.names.ordered);
    const std::string account = account_of(job);
    auto backoff =
        to_backoffs(failure, {job.ca.server, account, names, registering}, context_.clock.now());
    if (!backoff.empty()) write(backoff);
}

/// They are read back with the next look at the ledger.
void LimitCheck::write(std::vector<ledger::Entry> entries) {
    const auto decide = [&] {
        follow();
        for (ledger::Entry& entry : entries)
            limits_.complete(entry);
        return entries;
    };
    const auto kept = ledger_.append_under_lock(decide, context_.clock.now());
    if (kept) return;
    context_.log.warn("The ledger of orders: " + kept.error().message);
    for (const ledger::Entry& entry : entries)
        limits_.note(entry);
}

}  // namespace ca::limits
