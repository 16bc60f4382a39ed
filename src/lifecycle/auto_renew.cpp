#include "lifecycle/auto_renew.h"

#include <algorithm>
#include <tuple>

#include "base/certificate_dates.h"
#include "dokku/certs.h"
#include "dokku/duration_text.h"
#include "dokku/last_run.h"
#include "dokku/settings.h"
#include "lifecycle/kept_pair.h"
#include "lifecycle/policy.h"

namespace lifecycle {
namespace {

using std::chrono::seconds;

base::Result<base::CertificateDates> read_served_dates(const Context& context,
                                                       const dokku::AppName& app) {
    const auto pem = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!pem) return pem.error();
    return base::read_certificate_dates(*pem);
}

/// How long before its end the certificate of this app is renewed.
base::Result<seconds> read_margin(const Context& context, const dokku::AppName& app,
                                  const base::CertificateDates& dates, RenewalRun run) {
    const auto settings = dokku::read_settings(context.environment, app);
    if (!settings) return settings.error();
    std::optional<seconds> graceperiod;
    if (settings->graceperiod_was_set()) {
        const auto set = settings->renewal_margin();
        if (set) {
            graceperiod = *set;
        } else {
            context.log.warn(app.text() + ": " + set.error().message +
                             "; the certificate's lifetime decides");
        }
    }
    const Margin margin = choose_margin(graceperiod, dates, run == RenewalRun::scheduled);
    if (margin.clamped) {
        context.log.warn(app.text() +
                         ": graceperiod is more than half of the certificate's lifetime; the daily "
                         "run renews at half");
    }
    return margin.before_end;
}

base::Result<RenewalCandidate> look_at(const Context& context, const dokku::AppName& app,
                                       RenewalRun run) {
    const auto dates = read_served_dates(context, app);
    if (!dates) return dates.error();
    const auto margin = read_margin(context, app, *dates, run);
    if (!margin) return margin.error();
    return RenewalCandidate{app, dates->not_after - *margin - context.clock.now()};
}

bool is_due(const RenewalCandidate& candidate) {
    return candidate.left < seconds{0};
}

EnableWish wish_of(RenewalRun run) {
    EnableWish wish;
    wish.origin = run == RenewalRun::scheduled ? Origin::scheduled : Origin::all;
    return wish;
}

/// What was due and has no success of this run counts as failed.
void keep_time(const Context& context, const std::vector<dokku::AppName>& due,
               std::size_t unreadable, base::UtcTime started) {
    dokku::LastRun run{context.clock.now(), 0, static_cast<std::int64_t>(unreadable)};
    for (const dokku::AppName& app : due) {
        const auto state = context.store.read_state(app.text());
        const bool renewed = state && state->last_attempt && state->last_attempt->issued &&
                             state->last_attempt->at >= started;
        (renewed ? run.renewed : run.failed) += 1;
    }
    const auto kept = dokku::write_last_run(context.environment, run);
    if (!kept) context.log.warn(kept.error().message);
}

}  // namespace

Renewals find_renewals(const Context& context, const std::vector<dokku::AppName>& apps,
                       RenewalRun run) {
    Renewals found;
    for (const dokku::AppName& app : apps) {
        if (!dokku::is_active(context.environment, app)) {
            if (run == RenewalRun::scheduled && is_unused_due(context, app)) {
                found.candidates.push_back({app, std::chrono::seconds{-1}});
            }
            continue;
        }
        auto candidate = look_at(context, app, run);
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

EnableOutcome auto_renew_all(Context& context, const std::vector<dokku::AppName>& apps,
                             RenewalRun run) {
    context.log.info2("Auto-renewing all apps...");
    const base::UtcTime started = context.clock.now();
    const Renewals found = find_renewals(context, apps, run);
    std::vector<dokku::AppName> due;
    for (const RenewalCandidate& candidate : found.candidates) {
        if (is_due(candidate)) {
            context.log.info1(candidate.app.text() + " needs renewal");
            due.push_back(candidate.app);
        } else {
            // Officially so: the duration's own units are followed by "days".
            context.log.verbose(candidate.app.text() + " still has " +
                                dokku::to_duration_text(candidate.left) +
                                " days left before renewal");
        }
    }
    EnableOutcome outcome = enable(context, due, wish_of(run));
    if (!found.unreadable.empty()) outcome = EnableOutcome::failed;
    keep_time(context, due, found.unreadable.size(), started);
    context.log.info2("Finished auto-renewal");
    if (outcome == EnableOutcome::failed) {
        context.log.warn("One or more apps failed to have their certificates renewed");
    }
    return outcome;
}

EnableOutcome auto_renew_one(Context& context, const dokku::AppName& app, RenewalRun run) {
    const Renewals found = find_renewals(context, {app}, run);
    if (!found.unreadable.empty()) return EnableOutcome::failed;
    if (found.candidates.empty()) {
        context.log.info1("Letsencrypt not enabled for " + app.text());
        return EnableOutcome::done;
    }
    const RenewalCandidate& candidate = found.candidates.front();
    if (!is_due(candidate)) {
        context.log.verbose(app.text() + " still has " + dokku::to_duration_text(candidate.left) +
                            " left before renewal");
        return EnableOutcome::done;
    }
    context.log.info2("Auto-renew " + app.text() + "...");
    return enable(context, {app}, wish_of(run));
}

}  // namespace lifecycle
