#include "status/answer.h"

#include <algorithm>
#include <string>

#include "ca/refusal.h"
#include "status/record_outcome.h"
#include "store/app_summary.h"
#include "store/cause.h"
#include "store/claim.h"
#include "tls/certs.h"

namespace status {
namespace {

Evidence read_evidence(const ca::Context& context, const dokku::AppName& app, bool has_ended) {
    const auto state = context.store.read_state(app.text());
    // One that cannot be read makes `status` fail.
    if (!state) return {has_ended, false, true};
    const auto any = [&](const auto& is_so) {
        return std::any_of(state->names.begin(), state->names.end(), is_so);
    };
    return {has_ended, any([](const store::NameState& name) {
                return name.cause == store::cause::kNotServed ||
                       name.cause == store::cause::kNoHttpsListener;
            }),
            any([](const store::NameState& name) { return !store::is_settled(name); })};
}

void report(const ca::Context& context, const dokku::AppName& app, std::string_view cause_name,
            base::Error why) {
    context.log.warn(app.text() + ": " + why.message);
    record_refusal(context, app, {cause_name, std::move(why)});
}

}  // namespace

Answer answer_of(renewal::Standing standing, const Evidence& evidence) {
    const bool has_https = standing == renewal::Standing::active
                               ? !evidence.has_ended && !evidence.is_unseen
                               : !renewal::is_to_have_https(standing);
    if (has_https) return Answer::has_https;
    return evidence.is_reported ? Answer::reported : Answer::silent;
}

bool answer_for(const ca::Context& context, const dokku::AppName& app) {
    const base::UtcTime now = context.clock.now();
    const auto standing = renewal::read_standing(context.environment, context.store, app, now);
    if (!standing) {
        report(context, app, store::cause::kHost, standing.error());
        return false;
    }
    const auto expiration = tls::read_expiration(context.environment, app);
    const bool has_ended = expiration && *expiration <= now;
    const Answer answer = answer_of(*standing, read_evidence(context, app, has_ended));
    if (answer == Answer::has_https || store::is_at_work(context.store, app.text())) return true;
    if (answer == Answer::silent && has_ended) {
        report(context, app, store::cause::kExpired,
               {base::ErrorKind::not_found,
                "the certificate expired on " + base::to_readable(*expiration) +
                    ", and this run got no other",
                std::nullopt,
                {}});
    } else if (answer == Answer::silent) {
        report(context, app, store::cause::kHost,
               {base::ErrorKind::not_found,
                "the certificate is gone, or its files are, and this run got no other",
                std::nullopt,
                {}});
    }
    return false;
}

void report_unanswered(const ca::Context& context, const dokku::AppName& app,
                       const base::Error& why) {
    const auto state = context.store.read_state(app.text());
    // One that cannot be read makes `status` fail; one that is off has nothing to be told.
    if (!state || !state->enabled || state->switched_off) return;
    record_refusal(context, app, {store::cause::kHost, why});
}

}  // namespace status
