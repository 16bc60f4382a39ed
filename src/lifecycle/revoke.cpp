#include "lifecycle/revoke.h"

#include <optional>

#include "acme/account.h"
#include "base/folder.h"
#include "base/pem.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/private_key.h"
#include "dokku/certs.h"
#include "dokku/domains.h"
#include "dokku/hsts.h"
#include "dokku/removal_marker.h"
#include "dokku/remove_pair.h"
#include "lifecycle/ca_directory.h"
#include "lifecycle/claim.h"
#include "lifecycle/config_line.h"
#include "lifecycle/explain.h"
#include "lifecycle/finish_removals.h"
#include "lifecycle/requirements.h"
#include "store/switch_off.h"

namespace lifecycle {
namespace {

/// A certificate of ours on disk, the key beside it, and who issued it to whom.
struct OwnCertificate {
    std::string der;
    std::optional<crypto::PrivateKey> key;
    std::string server;  ///< URL of the CA's directory
    std::string email;   ///< names the account's folder
};

/// What certs/current holds, whatever today's settings and first domain are: the certificate that
/// is served comes first, since a run that was cut short may have left another one beside it.
std::vector<base::Path> candidates(const Context& context, const dokku::AppName& app) {
    auto files = dokku::current_certificates(context.environment, app);
    const auto served = dokku::served_certificate(context.environment, app);
    if (served) files.insert(files.begin(), *served);
    return files;
}

base::Result<OwnCertificate> read_current(const Context& context, const dokku::AppName& app,
                                          const dokku::Settings& settings) {
    for (const base::Path& file : candidates(context, app)) {
        const auto pem = base::read_file(file);
        if (!pem) continue;
        OwnCertificate own{base::pem_to_der(base::first_certificate(*pem)), std::nullopt,
                           settings.server.computed, settings.account_email()};
        if (own.der.empty()) continue;
        if (const auto key_pem = base::read_file(dokku::key_file_of(file))) {
            auto key = crypto::PrivateKey::parse_pem(*key_pem);
            if (key) own.key = std::move(*key);
        }
        const auto config =
            base::read_file(context.environment.certs_root(app) / "current" / "config");
        if (config) {
            own.server = last_value_of(*config, "--server").value_or(own.server);
            own.email = last_value_of(*config, "--email").value_or(own.email);
        }
        // The config names the CA that was set, which need not be the one that took the order.
        const auto state = context.store.read_state(app.text());
        const bool known = state && state->installed && !state->installed->server.empty() &&
                           state->installed->fingerprint == base::to_hex(crypto::sha256(own.der));
        if (known) own.server = state->installed->server;
        return own;
    }
    return base::fail(base::ErrorKind::not_found,
                      "There is no certificate of letsencrypt for " + app.text(),
                      {"See what there is with: dokku certs:report " + app.text()});
}

/// An account, and where it lies.
struct FoundAccount {
    store::LocalStore place;
    store::StoredAccount account;
};

/// The shared account, else the one that older versions of the official plugin kept per folder.
std::optional<FoundAccount> find_stored_account(const Context& context, const dokku::AppName& app,
                                                const OwnCertificate& own) {
    const base::Path per_folder = context.environment.certs_root(app) / "current";
    for (const store::LocalStore& place : {context.store, store::LocalStore{per_folder}}) {
        auto account = place.read_account(own.server, own.email);
        const bool is_there =
            account && account->has_value() && ((*account)->is_damaged || !(*account)->url.empty());
        if (is_there) return FoundAccount{place, std::move(**account)};
    }
    return std::nullopt;
}

/// Of an account.json that was damaged: the CA finds the account by its key.
acme::Outcome<std::string> recover_url(const Context& context, acme::Client& client,
                                       const FoundAccount& found, const OwnCertificate& own) {
    const auto account = acme::find_account(client);
    if (!account) return account.error();
    const auto kept = found.place.write_account(own.server, own.email, account->url, account->text);
    if (!kept) context.log.warn(kept.error().message);
    return account->url;
}

acme::Outcome<void> revoke_by_account(Context& context, const acme::Directory& directory,
                                      const FoundAccount& found, const OwnCertificate& own,
                                      acme::RevocationReason reason) {
    const auto key = crypto::PrivateKey::parse_pem(found.account.key_pem.reveal());
    if (!key) return acme::Failure{key.error(), std::nullopt, directory.url};
    acme::Client client{context.http, context.clock, directory, *key};
    auto url = found.account.is_damaged ? recover_url(context, client, found, own)
                                        : acme::Outcome<std::string>{found.account.url};
    if (!url) return std::move(url).error();
    client.use_account(std::move(*url));
    return acme::revoke_certificate(client, own.der, reason, acme::RevocationSigner::account);
}

/// By the account that ordered it; if there is none here or the CA does not take its word, by the
/// certificate's own key, which proves as much (RFC 8555 section 7.6).
acme::Outcome<void> revoke_at_ca(Context& context, const dokku::AppName& app,
                                 const dokku::Settings& settings, acme::RevocationReason reason) {
    const auto current = read_current(context, app, settings);
    if (!current) return acme::Failure{current.error(), std::nullopt, settings.server.computed};
    const OwnCertificate& own = *current;
    const auto directory = open_directory(context, own.server);
    if (!directory) return directory.error();
    acme::Outcome<void> done =
        acme::fail(base::ErrorKind::not_found,
                   "There is no account of " + own.email + " at this CA on this host", own.server);
    if (const auto found = find_stored_account(context, app, own)) {
        done = revoke_by_account(context, *directory, *found, own, reason);
    }
    const bool refused = !done && (done.error().error.kind == base::ErrorKind::rejected ||
                                   done.error().error.kind == base::ErrorKind::not_found);
    if (!refused || !own.key) return done;
    context.log.verbose(base::printable(done.error().error.message) +
                        "; trying with the certificate's own key");
    acme::Client client{context.http, context.clock, *directory, *own.key};
    return acme::revoke_certificate(client, own.der, reason,
                                    acme::RevocationSigner::certificate_key);
}

void warn_of_rest(const Context& context, const dokku::AppName& app, const base::Error& error) {
    context.log.warn(error.message);
    for (const std::string& step : error.steps)
        context.log.warn(step);
    if (!dokku::has_pair(context.environment, app)) return;
    context.log.warn("The revoked certificate is still served");
    // What still loads the pair has to be mended first: the error says so.
    if (error.kind == base::ErrorKind::rejected) return;
    context.log.warn("Remove it with: dokku certs:remove " + app.text());
}

/// Whoever sees the pair go must not order it anew, nor take up what lies in certs/current. Should
/// we be killed, the minute's run goes on.
void note_off(const Context& context, const dokku::AppName& app, const dokku::Settings& settings) {
    const auto current = read_current(context, app, settings);
    const std::string revoked = current ? base::to_hex(crypto::sha256(current->der)) : "";
    const base::UtcTime due = context.clock.now() + store::kRemovalPatience;
    const auto off = update_state_of(context, app, [&](store::AppState& state) {
        store::switch_off(state);
        state.revoked = revoked;
        state.due = due;
    });
    if (!off) context.log.warn(off.error().message);
}

/// What `dokku certs:remove` does and says, but so that a kill leaves nginx a pair to load.
base::Result<void> remove_served(const Context& context, const dokku::AppName& app) {
    auto marked = dokku::mark_removal(context.environment, app, dokku::RemovalKind::revoke);
    if (!marked) return marked;
    context.log.info1("Removing SSL endpoint from " + app.text());
    return dokku::remove_pair(context.environment, app);
}

void remove_pair(Context& context, const dokku::AppName& app, const dokku::Settings& settings) {
    note_off(context, app, settings);
    std::optional<base::UtcTime> again;
    if (dokku::is_active(context.environment, app)) {
        const auto removed = remove_served(context, app);
        if (!removed) {
            warn_of_rest(context, app, removed.error());
            again = dokku::postpone_removal(context.environment, app, context.clock.now());
        }
    } else {
        context.log.verbose("The pair in use is not the revoked one; it stays");
    }
    const auto done = context.store.update_existing_state(
        app.text(), [&](store::AppState& state) { state.due = again; });
    if (!done) context.log.warn(done.error().message);
}

/// The app was destroyed or renamed.
void forget(const Context& context, const dokku::AppName& app, base::FileLock lock) {
    { const base::FileLock released = std::move(lock); }
    forget_if_gone(context, app);
}

base::Error destroyed(const dokku::AppName& app) {
    return {
        base::ErrorKind::rejected,
        app.text() + " was destroyed or renamed meanwhile; what has that name now is left alone",
        std::nullopt,
        {}};
}

void say_what_is_revoked(const Context& context, const dokku::AppName& app,
                         const dokku::Settings& settings, const std::vector<std::string>& domains) {
    context.log.info1("Revoking letsencrypt certificate for " + app.text() + " via " +
                      (settings.uses_dns() ? "DNS-01" : "HTTP-01"));
    for (const std::string& domain : domains) {
        context.log.error_plain("        - Domain '" + domain + "'");
    }
    if (const auto warning = dokku::hsts_warning(context.environment, app)) {
        context.log.warn(*warning);
    }
}

}  // namespace

base::Result<void> revoke(Context& context, const dokku::AppName& app,
                          acme::RevocationReason reason) {
    const base::Path root = context.environment.app_root(app);
    const auto folder = base::Folder::open(root);
    if (!folder) return folder.error();
    const auto settings = dokku::read_settings(context.environment, app);
    if (!settings) return settings.error();
    context.log.info2("Revoke letsencrypt certificate from " + app.text() + "...");
    if (auto email = require_email(*settings, app); !email) return email;
    const auto domains = dokku::read_domains(context.environment, app);
    if (!domains) return domains.error();
    finish_removals(context);
    const bool has_state = context.store.has_state(app.text());
    auto lock = context.store.lock_app(app.text(), store::kTypedPatience, context.clock);
    if (!lock) return lock.error();
    // While we waited, or the CA answers, the app may be destroyed, and another one have its name.
    // Our post-delete removes the state before Dokku removes the folder.
    const auto is_there = [&] {
        return folder->is_at(root) && (!has_state || context.store.has_state(app.text()));
    };
    if (!is_there()) {
        forget(context, app, std::move(*lock));
        return destroyed(app);
    }
    say_what_is_revoked(context, app, *settings, *domains);
    const auto done = revoke_at_ca(context, app, *settings, reason);
    if (done) {
        context.log.info1("Certificate revoked successfully.");
        if (is_there()) {
            remove_pair(context, app, *settings);
        } else {
            forget(context, app, std::move(*lock));
        }
    } else {
        tell_failure(context.log, done.error(), app);
        context.log.info1("Certificate revocation failed (code 1)!");
    }
    context.log.info1("Done");
    return {};
}

}  // namespace lifecycle
