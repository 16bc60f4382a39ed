#include "lifecycle/damaged_states.h"

#include "base/file.h"
#include "base/text.h"
#include "ca/pair_owner.h"
#include "ca/refusal.h"
#include "crypto/certificate.h"
#include "dokku/domains.h"
#include "status/host_fix.h"
#include "status/record_outcome.h"
#include "store/cause.h"
#include "tls/certs.h"

namespace lifecycle {
namespace {

enum class PairInPlace { none, ours, custom };

/// One that cannot be read tells nothing.
base::Result<PairInPlace> examine_pair(const ca::Context& context, const dokku::AppName& app) {
    if (!dokku::has_pair(context.environment, app)) return PairInPlace::none;
    const auto chain = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!chain) return chain.error();
    if (!crypto::Certificate::parse_pem(*chain)) return PairInPlace::none;
    const auto owner = ca::find_pair_owner(context.environment, context.store, app, *chain);
    if (!owner) return owner.error();
    return *owner == store::Owner::ours ? PairInPlace::ours : PairInPlace::custom;
}

bool report(const ca::Context& context, const base::Result<void>& kept) {
    if (!kept) context.log.warn(kept.error().message);
    return kept.has_value();
}

std::string what_was_lost(const dokku::AppName& app) {
    return "What letsencrypt knew of " + app.text() + " was damaged on the disk";
}

bool count_as_enabled(const ca::Context& context, const dokku::AppName& app) {
    context.log.warn(what_was_lost(app) +
                     "; its certificate is of letsencrypt, so it counts as enabled");
    const base::UtcTime now = context.clock.now();
    return report(context, context.store.update_state(app.text(), [&](store::AppState& state) {
        state.enabled = true;
        state.due = now;
    }));
}

bool leave_alone(const ca::Context& context, const dokku::AppName& app) {
    context.log.warn(what_was_lost(app) +
                     "; a custom certificate is in use, so it is left alone. If letsencrypt is to "
                     "take its place when it ends: dokku letsencrypt:enable " +
                     app.text());
    return report(context, context.store.update_state(
                               app.text(), [](store::AppState& state) { state.damaged.reset(); }));
}

bool ask_for_a_word(const ca::Context& context, const dokku::AppName& app) {
    const base::Error error{
        base::ErrorKind::not_found,
        what_was_lost(app) + ", and there is no certificate that tells whether it is enabled",
        std::nullopt,
        {}};
    context.log.warn(error.message);
    if (const store::Cause* why = store::find_cause(store::cause::kStateDamaged)) {
        context.log.warn(store::fix_of(*why, app.text(), ""));
    }
    status::record_refusal(context, app, {store::cause::kStateDamaged, error});
    return false;
}

}  // namespace

bool resolve_damaged_state(const ca::Context& context, const dokku::AppName& app) {
    const auto in_place = examine_pair(context, app);
    if (!in_place) {
        context.log.warn(app.text() + ": " + in_place.error().message);
        return false;
    }
    switch (*in_place) {
        case PairInPlace::ours:
            return count_as_enabled(context, app);
        case PairInPlace::custom:
            return leave_alone(context, app);
        case PairInPlace::none:
            break;
    }
    const auto domains = dokku::read_domains(context.environment, app);
    // Without a domain there is nothing to answer for.
    if (domains && domains->empty()) {
        return report(context, context.store.update_state(app.text(), [](store::AppState& state) {
            state.damaged.reset();
        }));
    }
    return ask_for_a_word(context, app);
}

void tell_unreadable_state(const ca::Context& context, const dokku::AppName& app,
                           const base::Error& error) {
    context.log.warn(app.text() + ": " + base::printable(error.message));
    for (const std::string& step : status::with_fix(error, app.text()).steps)
        context.log.warn(step);
}

CheckedStates check_states(const ca::Context& context, const std::vector<dokku::AppName>& apps) {
    CheckedStates checked;
    for (const dokku::AppName& app : apps) {
        const auto state = context.store.read_state(app.text());
        if (!state) tell_unreadable_state(context, app, state.error());
        const bool answered =
            state && (!state->is_unknown() || resolve_damaged_state(context, app));
        if (!answered) checked.unanswered.push_back(app);
    }
    checked.is_index_written = report(context, context.store.rebuild_due_index());
    return checked;
}

}  // namespace lifecycle
