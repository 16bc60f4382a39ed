#include "lifecycle/standing.h"

#include <algorithm>

#include "base/certificate_dates.h"
#include "base/file.h"
#include "crypto/certificate.h"
#include "dokku/certs.h"
#include "dokku/domains.h"
#include "dokku/settings.h"
#include "lifecycle/cause.h"
#include "lifecycle/check_pair.h"
#include "lifecycle/names.h"
#include "lifecycle/pair_owner.h"

namespace lifecycle {
namespace {

/// The pair in tls/, as far as it tells whose it is.
struct PresentPair {
    std::optional<store::Owner> owner{};
    bool has_ended = false;
    bool is_recorded = false;  ///< issued for this app, by its own name
};

base::Result<PresentPair> read_pair(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    base::UtcTime now) {
    const auto chain = base::read_file(environment.tls_root(app) / "server.crt");
    if (!chain && chain.error().kind == base::ErrorKind::not_found) return PresentPair{};
    if (!chain) return chain.error();
    const auto owner = find_pair_owner(environment, store, app, *chain);
    if (!owner) return owner.error();
    PresentPair pair{*owner};
    const auto dates = base::read_certificate_dates(*chain);
    pair.has_ended = dates && dates->not_after <= now;
    if (const auto leaf = crypto::Certificate::parse_pem(*chain)) {
        pair.is_recorded = store.was_issued_for(app.text(), leaf->fingerprint()).value_or(false);
    }
    return pair;
}

base::Result<bool> has_names(const dokku::Environment& environment, const dokku::AppName& app,
                             const dokku::Settings& settings) {
    const auto domains = dokku::read_domains(environment, app);
    if (!domains) return domains.error();
    const NameChoice choice = choose_names(*domains, ChallengeKind::any, settings.excluded);
    return !choice.names.empty() ||
           std::any_of(choice.left_out.begin(), choice.left_out.end(),
                       [](const LeftOutName& name) { return name.cause != cause::kExcluded; });
}

bool had_ours(const store::AppState& state) {
    const bool is_ours = state.installed && state.installed->owner == store::Owner::ours;
    return is_ours || !state.covered.empty();
}

}  // namespace

Standing standing_of(const StandingFacts& facts) {
    if (!facts.is_on || !facts.has_names) return Standing::unwanted;
    if (facts.owner == store::Owner::custom) {
        return facts.has_ended ? Standing::custom_ended : Standing::custom;
    }
    return facts.had_ours ? Standing::lost : Standing::waiting;
}

bool is_to_have_https(Standing standing) {
    return standing == Standing::active || standing == Standing::lost ||
           standing == Standing::custom_ended;
}

base::Result<Standing> read_standing(const dokku::Environment& environment,
                                     const store::LocalStore& store, const dokku::AppName& app,
                                     base::UtcTime now) {
    const bool is_active = dokku::is_active(environment, app);
    const auto state = store.read_state(app.text());
    if (is_active && (!state || check_loadable(environment, *state, app))) return Standing::active;
    if (!state) return state.error();
    if (state->switched_off) return Standing::unwanted;
    const auto settings = dokku::read_settings(environment, app);
    if (!settings) return settings.error();
    StandingFacts facts;
    facts.is_on =
        state->enabled || dokku::issues_by_itself(*settings, state->enabled, state->switched_off);
    const bool is_known = store.has_state(app.text()) && !state->is_unknown();
    if (!facts.is_on && is_known) return Standing::unwanted;
    const auto pair = read_pair(environment, store, app, now);
    // Nobody asked for letsencrypt, as far as is known: what cannot be read is none of its
    // business.
    if (!pair && !facts.is_on) return Standing::unwanted;
    if (!pair) return pair.error();
    // The state was lost, or damaged: that its own certificate is in place says what it had.
    facts.is_on = facts.is_on || pair->is_recorded;
    facts.had_ours = had_ours(*state) || pair->is_recorded;
    facts.owner = pair->owner;
    facts.has_ended = pair->has_ended;
    const auto any = has_names(environment, app, *settings);
    if (!any) return any.error();
    facts.has_names = *any;
    return standing_of(facts);
}

}  // namespace lifecycle
