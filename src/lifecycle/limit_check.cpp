#include "lifecycle/limit_check.h"

#include <algorithm>
#include <utility>

#include "lifecycle/cause.h"
#include "lifecycle/parked.h"
#include "lifecycle/refused_names.h"
#include "lifecycle/renewal_plan.h"

namespace lifecycle {
namespace {

/// A CA that asks for some seconds is not to fail a whole run.
constexpr std::chrono::seconds kWorthWaiting{30};

std::vector<store::LedgerEntry> read_or_warn(const Context& context, const store::Ledger& ledger) {
    auto entries = ledger.read(context.clock.now());
    if (entries) return std::move(*entries);
    context.log.warn("What was ordered before is not known: " + entries.error().message);
    return {};
}

std::string account_of(const IssueJob& job) {
    return job.ca == nullptr ? std::string{} : job.ca->client().account_url();
}

/// The names that the CA tried to validate in vain.
std::vector<std::string> failed_validations(const IssueJob& job) {
    if (!job.failure || !job.failure->problem) return {};
    const auto names = to_texts(job.names);
    std::vector<std::string> failed;
    for (const auto& part : refused_names(*job.failure->problem, names)) {
        if (cause_of_problem(part.type) == cause::kRefused) {
            failed.push_back(part.identifier->value);
        }
    }
    const bool is_the_only = failed.empty() && names.size() == 1 && is_refusal(job.cause);
    return is_the_only ? names : failed;
}

}  // namespace

LimitCheck::LimitCheck(Context& context, bool forced)
    : context_(context),
      forced_(forced),
      ledger_(context.store.ledger()),
      limits_(read_or_warn(context, ledger_)) {}

std::optional<LimitReached> LimitCheck::judge(const OrderWish& wish) {
    for (;;) {
        const base::UtcTime now = context_.clock.now();
        auto reached = limits_.judge(wish, now);
        if (!reached || reached->limit != limit::kParked || reached->until - now > kWorthWaiting) {
            return reached;
        }
        context_.clock.sleep_for(reached->until - now);
    }
}

bool LimitCheck::refuse_parked_ca(IssueJob& job) {
    if (forced_) return false;  // check() says so
    OrderWish wish;
    wish.server = job.settings.server.computed;
    const auto reached = judge(wish);
    if (!reached) return false;
    refuse(job, *reached);
    job.ca_is_parked = !job.alive();
    return job.ca_is_parked;
}

void LimitCheck::check(IssueJob& job) {
    while (job.alive()) {
        const OrderWish wish{job.settings.server.computed, account_of(job), to_texts(job.names),
                             job.has_same_names(), !certificate_to_replace(context_, job).empty()};
        const auto reached = judge(wish);
        if (!reached) return;
        refuse(job, *reached);
        if (forced_) return;
    }
}

void LimitCheck::refuse(IssueJob& job, const LimitReached& reached) {
    base::Error error = to_error(reached, job.app.text());
    if (forced_) return context_.log.warn(error.message + "; ordered all the same (--force)");
    if (reached.names.empty()) return job.fail(cause::kRateLimited, std::move(error));
    for (const std::string& name : reached.names)
        job.hold(name, cause::kRateLimited, error);
    job.drop_held();
}

store::LedgerEntry LimitCheck::entry_of(const IssueJob& job, store::LedgerKind kind) const {
    store::LedgerEntry entry;
    entry.kind = kind;
    entry.at = context_.clock.now();
    entry.server = job.settings.server.computed;
    entry.account = account_of(job);
    entry.names = to_texts(job.names);
    entry.renewal = job.has_same_names();
    return entry;
}

void LimitCheck::note_order(const IssueJob& job, bool exempt) {
    exempt_[&job] = exempt;
    auto entry = entry_of(job, store::LedgerKind::order);
    entry.exempt = exempt;
    write({std::move(entry)});
}

void LimitCheck::note_result(const IssueJob& job) {
    if (job.failure) note_failure(job, *job.failure);
    if (job.alive() && job.issued) {
        auto entry = entry_of(job, store::LedgerKind::certificate);
        entry.exempt = exempt_[&job];
        write({std::move(entry)});
    }
    std::vector<store::LedgerEntry> failures;
    for (std::string& name : failed_validations(job)) {
        failures.push_back(entry_of(job, store::LedgerKind::failure));
        failures.back().names = {std::move(name)};
    }
    if (!failures.empty()) write(failures);
}

void LimitCheck::note_failure(const IssueJob& job, const acme::Failure& failure) {
    const auto names = to_texts(job.names);
    const std::string account = account_of(job);
    auto parked =
        to_parked(failure, {job.settings.server.computed, account, names}, context_.clock.now());
    if (!parked.empty()) write(parked);
}

void LimitCheck::write(const std::vector<store::LedgerEntry>& entries) {
    for (const auto& entry : entries)
        limits_.note(entry);
    auto kept = ledger_.append(entries, context_.clock.now());
    if (!kept) context_.log.warn("The ledger of orders: " + kept.error().message);
}

}  // namespace lifecycle
