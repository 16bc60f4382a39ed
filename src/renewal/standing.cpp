#include "renewal/standing.h"

#include <algorithm>

#include "base/certificate_dates.h"
#include "base/file.h"
#include "base/text.h"
#include "ca/names.h"
#include "ca/pair_owner.h"
#include "crypto/certificate.h"
#include "dokku/domains.h"
#include "dokku/property.h"
#include "renewal/loadable.h"
#include "settings/read_settings.h"
#include "store/cause.h"
#include "store/custom_certificate.h"
#include "tls/certs.h"

namespace renewal {
namespace {

/// The pair in tls/, as far as it tells whose it is.
struct PresentPair {
    std::optional<store::Owner> owner{};  ///< nothing if it is not whole: Dokku takes it for none
    bool is_half = false;
    bool has_ended = false;
    bool is_recorded = false;  ///< issued for this app, by its own name
};

bool is_half_there(const dokku::Environment& environment, const dokku::AppName& app) {
    const base::Path tls = environment.tls_root(app);
    return base::file_exists(tls / "server.crt") != base::file_exists(tls / "server.key");
}

base::Result<PresentPair> read_pair(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    base::UtcTime now) {
    const auto chain = base::read_file(environment.tls_root(app) / "server.crt");
    PresentPair pair;
    pair.is_half = is_half_there(environment, app);
    if (!chain && chain.error().kind == base::ErrorKind::not_found) return pair;
    if (!chain) return chain.error();
    const auto owner = ca::find_pair_owner(environment, store, app, *chain);
    if (!owner) return owner.error();
    if (!pair.is_half) pair.owner = *owner;
    const auto dates = base::read_certificate_dates(*chain);
    pair.has_ended = dates && dates->not_after <= now;
    if (const auto leaf = crypto::Certificate::parse_pem(*chain)) {
        pair.is_recorded = store.was_issued_for(app.text(), leaf->fingerprint()).value_or(false);
    }
    return pair;
}

base::Result<bool> has_names(const dokku::Environment& environment, const dokku::AppName& app,
                             const settings::Settings& settings) {
    const auto domains = dokku::read_domains(environment, app);
    if (!domains) return domains.error();
    const ca::NameChoice choice =
        ca::choose_names(*domains, ca::ChallengeKind::any, settings.excluded);
    return !choice.names.empty() || std::any_of(choice.left_out.begin(), choice.left_out.end(),
                                                [](const ca::LeftOutName& name) {
                                                    return name.cause != store::cause::kExcluded;
                                                });
}

bool had_ours(const store::AppState& state) {
    const bool is_ours = state.installed && state.installed->owner == store::Owner::ours;
    return is_ours || !state.covered.empty();
}

/// There is none, or it was lost and something else has begun it anew since.
bool is_blank(const store::AppState& state) {
    return !state.installed && state.covered.empty() && state.names.empty();
}

/// What was recorded earlier was for another app of that name.
base::UtcTime made_at(const dokku::Environment& environment, const dokku::AppName& app) {
    const auto text = dokku::PropertyStore{environment, "apps"}.get(app, "created-at");
    const auto seconds = text ? base::parse_integer(base::trim(*text)) : std::nullopt;
    return seconds ? base::from_unix(*seconds) : base::UtcTime{};
}

}  // namespace

Standing standing_of(const StandingFacts& facts) {
    if (!facts.is_on || !facts.has_names) return Standing::unwanted;
    if (facts.owner == store::Owner::custom) {
        const bool stays =
            store::custom_certificate_stays(store::Asker::no_operator, facts.has_ended);
        return stays ? Standing::custom : Standing::custom_ended;
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
    const bool is_active = tls::is_active(environment, app);
    const auto state = store.read_state(app.text());
    if (is_active && (!state || check_loadable(environment, *state, app))) return Standing::active;
    if (!state) return state.error();
    if (state->switched_off) return Standing::unwanted;
    const auto settings = settings::read_settings(environment, app);
    if (!settings) return settings.error();
    StandingFacts facts;
    facts.is_on = state->enabled ||
                  settings::issues_by_itself(*settings, state->enabled, state->switched_off);
    if (!facts.is_on && !state->is_unknown() && !is_blank(*state)) return Standing::unwanted;
    const auto pair = read_pair(environment, store, app, now);
    const auto recorded = store.was_any_issued_for(app.text(), made_at(environment, app));
    // No operator asked for letsencrypt, as far as is known: what cannot be read is none of its
    // business.
    if ((!pair || !recorded) && !facts.is_on) return Standing::unwanted;
    if (!pair) return pair.error();
    if (!recorded) return recorded.error();
    // If the state was lost, the record of the app's own certificates says that it was on: who
    // switches it off says so in the state.
    const bool is_recorded = *recorded || pair->is_recorded;
    facts.is_on = facts.is_on || is_recorded;
    facts.had_ours = had_ours(*state) || is_recorded || pair->is_half;
    facts.owner = pair->owner;
    facts.has_ended = pair->has_ended;
    const auto any = has_names(environment, app, *settings);
    if (!any) return any.error();
    facts.has_names = *any;
    return standing_of(facts);
}

}  // namespace renewal
