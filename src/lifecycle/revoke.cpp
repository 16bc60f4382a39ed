#include "lifecycle/revoke.h"

#include <optional>

#include "base/pem.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/private_key.h"
#include "dokku/certs.h"
#include "dokku/command.h"
#include "dokku/domains.h"
#include "dokku/hsts.h"
#include "lifecycle/ca_directory.h"
#include "lifecycle/config_line.h"
#include "lifecycle/explain.h"
#include "lifecycle/requirements.h"

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

/// The shared account, else the one that older versions of the official plugin kept per folder.
std::optional<store::StoredAccount> find_stored_account(const Context& context,
                                                        const dokku::AppName& app,
                                                        const OwnCertificate& own) {
    const base::Path per_folder = context.environment.certs_root(app) / "current";
    for (const store::LocalStore& place : {context.store, store::LocalStore{per_folder}}) {
        auto account = place.read_account(own.server, own.email);
        if (account && account->has_value() && !(*account)->url.empty()) {
            return std::move(**account);
        }
    }
    return std::nullopt;
}

acme::Outcome<void> revoke_by_account(Context& context, const acme::Directory& directory,
                                      const store::StoredAccount& account,
                                      const OwnCertificate& own, acme::RevocationReason reason) {
    const auto key = crypto::PrivateKey::parse_pem(account.key_pem.reveal());
    if (!key) return acme::Failure{key.error(), std::nullopt, directory.url};
    acme::Client client{context.http, context.clock, directory, *key};
    client.use_account(account.url);
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
    if (const auto account = find_stored_account(context, app, own)) {
        done = revoke_by_account(context, *directory, *account, own, reason);
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

/// Whoever sees the pair go must not order it anew, nor take up what lies in certs/current.
void note_off(const Context& context, const dokku::AppName& app, const dokku::Settings& settings) {
    const auto current = read_current(context, app, settings);
    const std::string revoked = current ? base::to_hex(crypto::sha256(current->der)) : "";
    const auto off = context.store.update_state(app.text(), [&](store::AppState& state) {
        state.enabled = false;
        state.revoked = revoked;
        state.switched_off = true;
        state.ca_fails_since.reset();
        state.names.clear();
        state.due.reset();
    });
    if (!off) context.log.warn(off.error().message);
}

void remove_pair(Context& context, const dokku::AppName& app, const dokku::Settings& settings) {
    note_off(context, app, settings);
    if (!dokku::is_active(context.environment, app)) {
        context.log.verbose("The pair in use is not the revoked one; it stays");
        return;
    }
    const auto removed = dokku::run_dokku(context.environment, app, {"certs:remove", app.text()});
    if (removed && removed->ok()) return;
    context.log.warn(removed ? "The revoked certificate could not be removed and is still served"
                             : removed.error().message);
    context.log.warn("Remove it with: dokku certs:remove " + app.text());
}

}  // namespace

base::Result<void> revoke(Context& context, const dokku::AppName& app,
                          acme::RevocationReason reason) {
    const auto settings = dokku::read_settings(context.environment, app);
    if (!settings) return settings.error();
    context.log.info2("Revoke letsencrypt certificate from " + app.text() + "...");
    if (auto email = require_email(*settings, app); !email) return email;
    const auto domains = dokku::read_domains(context.environment, app);
    if (!domains) return domains.error();
    const auto lock = context.store.lock_app(app.text(), store::kTypedPatience, context.clock);
    if (!lock) return lock.error();

    context.log.info1("Revoking letsencrypt certificate for " + app.text() + " via " +
                      (settings->uses_dns() ? "DNS-01" : "HTTP-01"));
    for (const std::string& domain : *domains) {
        context.log.error_plain("        - Domain '" + domain + "'");
    }
    if (const auto warning = dokku::hsts_warning(context.environment, app)) {
        context.log.warn(*warning);
    }
    const auto done = revoke_at_ca(context, app, *settings, reason);
    if (done) {
        context.log.info1("Certificate revoked successfully.");
        remove_pair(context, app, *settings);
    } else {
        tell_failure(context.log, done.error(), app);
        context.log.info1("Certificate revocation failed (code 1)!");
    }
    context.log.info1("Done");
    return {};
}

}  // namespace lifecycle
