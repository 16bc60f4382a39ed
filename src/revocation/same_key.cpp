#include "revocation/same_key.h"

#include <algorithm>

#include "base/directory.h"
#include "base/file.h"
#include "base/text.h"
#include "ca/claim.h"
#include "ca/pair_owner.h"
#include "crypto/certificate.h"
#include "tls/certs.h"

namespace revocation {
namespace {

using Place = SameKey::Place;

/// A renamed app serves a pair of ours that is not in its certs/current.
bool is_ours(const ca::Context& context, const dokku::AppName& app, const std::string& pem) {
    const auto owner = ca::find_pair_owner(context.environment, context.store, app, pem);
    return owner && *owner == store::Owner::ours;
}

/// As it is where the pair that is served is not of letsencrypt.
Place judge_place(const ca::Context& context, const dokku::AppName& app, Place found_in) {
    if (found_in == Place::kept || !dokku::has_pair(context.environment, app)) return found_in;
    const auto served = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!served || is_ours(context, app, *served)) return found_in;
    return found_in == Place::served ? Place::custom : Place::spare;
}

/// What is looked for, and what was found of it so far.
struct Search {
    const ca::Context& context;
    const dokku::AppName& revoked_app;
    const crypto::Certificate& compromised;
    std::vector<SameKey> found{};

    void compare_key(const dokku::AppName& app, std::string_view pem, Place place) {
        const auto leaf = crypto::Certificate::parse_pem(pem);
        if (!leaf || !leaf->has_same_key(compromised)) return;
        const std::string fingerprint = leaf->fingerprint();
        const bool is_itself = app == revoked_app && fingerprint == compromised.fingerprint();
        if (is_itself || leaf->not_after() <= context.clock.now()) return;
        const auto is_known = [&](const SameKey& each) {
            return each.app == app && each.fingerprint == fingerprint;
        };
        if (std::any_of(found.begin(), found.end(), is_known)) return;
        // Only now: to know whose a pair is can take the whole record of what was issued.
        place = judge_place(context, app, place);
        if (place != Place::custom && (app == revoked_app || has_noted(app))) place = Place::kept;
        found.push_back({app, leaf->names(), fingerprint, place});
    }

    void search_folder(const dokku::AppName& app, const base::Path& folder, Place place) {
        for (const base::Path& file : tls::certificates_in(folder)) {
            if (const auto pem = base::read_file(file)) compare_key(app, *pem, place);
        }
    }

    /// A state has room for one certificate that is known to be revoked.
    bool has_noted(const dokku::AppName& app) const {
        return std::any_of(found.begin(), found.end(),
                           [&](const SameKey& each) { return each.app == app && is_noted(each); });
    }

    static bool is_noted(const SameKey& each) {
        return each.place != Place::kept && each.place != Place::custom;
    }
};

void search(Search& search, const dokku::AppName& app) {
    const ca::Context& context = search.context;
    const auto served = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (served && dokku::has_pair(context.environment, app)) {
        search.compare_key(app, *served, Place::served);
    }
    const base::Path root = context.environment.certs_root(app);
    search.search_folder(app, root / "current", Place::current);
    const auto folders = base::list_directory(root);
    for (const std::string& name : folders.value_or({}))
        if (name != "current") search.search_folder(app, root / name, Place::kept);
}

/// Does an order that is under way go by that key?
bool has_key(const store::RunningOrder& order, const crypto::Certificate& compromised) {
    const auto key = crypto::PrivateKey::parse_pem(order.key_pem.reveal());
    return key && compromised.belongs_to(*key);
}

/// Does letsencrypt look after what the app serves?
bool is_wanted(const ca::Context& context, const dokku::AppName& app,
               const store::AppState& state) {
    return !state.switched_off && (state.enabled || tls::is_active(context.environment, app));
}

/// Returns whether the retry job replaces it.
bool note(const ca::Context& context, const SameKey& each, const crypto::Certificate& compromised) {
    const base::UtcTime now = context.clock.now();
    bool is_due = false;
    auto noted = context.store.mark_due(each.app.text(), now);
    if (noted) {
        noted = ca::update_state_of(context, each.app, [&](store::AppState& state) {
            state.revoked = each.fingerprint;
            if (state.order && has_key(*state.order, compromised)) state.order.reset();
            is_due = each.place != Place::spare && is_wanted(context, each.app, state);
            if (is_due) state.due = now;
        });
    }
    if (!noted) context.log.warn(each.app.text() + ": " + noted.error().message);
    return noted && is_due;
}

std::string to_line(const SameKey& each, bool is_due) {
    const std::string& app = each.app.text();
    const std::string names = " (" + base::printable(base::join(each.names, ", ")) + ")";
    const std::string keeps = app + " keeps an unused certificate with the same key" + names;
    if (each.place == Place::kept) {
        return keeps + "; it goes with: dokku letsencrypt:cleanup " + app;
    }
    if (each.place == Place::custom) {
        return app + " has a certificate of its own with the same key" + names +
               ". Install another one, with a new key, with: dokku certs:add " + app;
    }
    const std::string has = app + " has a certificate with the same key" + names;
    if (is_due) {
        return has + ". The next minute orders another one for it, with a new key; at once: " +
               "dokku letsencrypt:enable " + app;
    }
    if (each.place == Place::served) {
        return has + ", and letsencrypt is off for it. To replace it: dokku letsencrypt:enable " +
               app;
    }
    return keeps + ", which letsencrypt does not use again";
}

}  // namespace

std::vector<SameKey> find_same_key(const ca::Context& context, const dokku::AppName& app,
                                   const crypto::Certificate& compromised) {
    const auto apps = dokku::list_all_apps(context.environment);
    if (!apps) {
        context.log.warn("Which other certificates have the same key is not known: " +
                         apps.error().message);
        return {};
    }
    Search all{context, app, compromised};
    for (const dokku::AppName& each : *apps)
        search(all, each);
    return std::move(all.found);
}

void replace_same_key(const ca::Context& context, const dokku::AppName& app,
                      const crypto::Certificate& compromised) {
    for (const SameKey& each : find_same_key(context, app, compromised)) {
        const bool is_due = Search::is_noted(each) && note(context, each, compromised);
        context.log.warn(to_line(each, is_due));
    }
}

}  // namespace revocation
