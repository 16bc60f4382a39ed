#include "status/name_outcome.h"

#include <algorithm>

#include "ca/pause.h"
#include "status/retry_schedule.h"
#include "store/cause.h"

namespace status {
namespace {

using store::NameState;
using store::NameStatus;

NameState& name_of(store::CertificateState& state, const std::string& name) {
    if (NameState* known = store::find_name(state, name)) return *known;
    state.names.push_back({});
    state.names.back().name = name;
    return state.names.back();
}

void forget_old_refusals(NameState& name, base::UtcTime now) {
    const auto is_old = [&](base::UtcTime at) { return now - at >= std::chrono::hours{24}; };
    name.refusals.erase(std::remove_if(name.refusals.begin(), name.refusals.end(), is_old),
                        name.refusals.end());
}

/// A row of failures from before so long a wait has ended.
constexpr std::chrono::hours kRowIsOver{1};

bool ends_waiting(const NameState& name, const NameOutcome& outcome) {
    return name.status == NameStatus::pending_dns && outcome.status != NameStatus::pending_dns;
}

bool wants_another_try(const NameOutcome& outcome) {
    switch (outcome.status) {
        case NameStatus::in_use:
            return !outcome.cause.empty();
        case NameStatus::not_used:
        case NameStatus::disabled:
            return false;
        default:
            return true;
    }
}

}  // namespace

void record_name(store::CertificateState& state, const NameOutcome& outcome, base::UtcTime now,
                 double dice) {
    NameState& name = name_of(state, outcome.name);
    if (ends_waiting(name, outcome) && now - name.since >= kRowIsOver) name.failures = 0;
    const bool same = name.status == outcome.status && name.cause == outcome.cause;
    if (!same || name.since == base::UtcTime{}) name.since = now;
    const bool is_well = !wants_another_try(outcome);
    if (is_well) name.failing_since.reset();
    if (outcome.is_of_name && !name.failing_since) name.failing_since = now;
    forget_old_refusals(name, now);
    if (outcome.refused_by_ca) name.refusals.push_back(now);
    name.status = outcome.status;
    name.cause = outcome.cause;
    name.reason = outcome.reason;
    name.not_before = outcome.not_before;
    name.next_try_set = now;
    if (is_well) {
        name.failures = 0;
        name.next_try.reset();
        return;
    }
    // DNS questions cost nothing: they do not make the next real failure wait longer. But where
    // both come in turns, neither begins anew each time.
    if (outcome.status == NameStatus::pending_dns) {
        name.next_try = next_probe(name.failing_since.value_or(name.since), now);
        return;
    }
    name.failures += 1;
    // A failure in which the CA was not asked does not put a paused name off.
    const bool is_paused = outcome.cause == store::cause::kPaused;
    if (is_paused && same && name.next_try && *name.next_try > now) return;
    name.next_try = next_try(
        {name.failures, name.refusals, outcome.not_before, outcome.covered_until, outcome.cause},
        now, dice);
}

void keep_only(store::CertificateState& state, const std::vector<std::string>& wanted) {
    const auto is_wanted = [&](const NameState& name) {
        return std::find(wanted.begin(), wanted.end(), name.name) != wanted.end();
    };
    state.names.erase(std::remove_if(state.names.begin(), state.names.end(),
                                     [&](const NameState& name) { return !is_wanted(name); }),
                      state.names.end());
    // Shown in the order of the app's domains.
    std::sort(state.names.begin(), state.names.end(), [&](const auto& one, const auto& other) {
        return std::find(wanted.begin(), wanted.end(), one.name) <
               std::find(wanted.begin(), wanted.end(), other.name);
    });
}

std::optional<base::UtcTime> next_due_of(const store::AppState& state, CustomEnd custom_end,
                                         base::UtcTime now) {
    std::optional<base::UtcTime> earliest;
    const auto consider = [&](base::UtcTime at) {
        if (!earliest || at < *earliest) earliest = at;
    };
    store::for_each_certificate(state, [&](const store::CertificateState& certificate) {
        for (const NameState& name : certificate.names) {
            if (name.next_try) consider(*name.next_try);
        }
        if (certificate.renew_at) consider(*certificate.renew_at);
    });
    const bool custom = state.installed && state.installed->owner == store::Owner::custom &&
                        custom_end == CustomEnd::awaited;
    const bool waits_for_its_end =
        std::all_of(state.names.begin(), state.names.end(), [](const NameState& name) {
            return name.status == NameStatus::not_used || name.status == NameStatus::disabled;
        });
    if (custom && waits_for_its_end && state.installed->not_after > now)
        consider(state.installed->not_after);
    return earliest;
}

}  // namespace status
