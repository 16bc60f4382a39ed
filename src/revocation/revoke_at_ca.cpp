#include "revocation/revoke_at_ca.h"

#include "acme/account.h"
#include "base/pem.h"
#include "base/text.h"
#include "ca/directory.h"
#include "ca/lego/command.h"
#include "crypto/digest.h"
#include "tls/certs.h"

namespace revocation {
namespace {

/// What certs/current holds, whatever today's settings and first domain are: the certificate that
/// is served comes first, since a run that was cut short may have left another one beside it.
std::vector<base::Path> candidates(const ca::Context& context, const dokku::AppName& app) {
    auto files = tls::current_certificates(context.environment, app);
    const auto served = tls::served_certificate(context.environment, app);
    if (served) files.insert(files.begin(), *served);
    return files;
}

/// An account, and where it lies.
struct FoundAccount {
    store::LocalStore place;
    store::StoredAccount account;
};

/// The shared account, else the one that older versions of the official plugin kept per folder.
std::optional<FoundAccount> find_stored_account(const ca::Context& context,
                                                const dokku::AppName& app,
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
async::Task<acme::Outcome<std::string>> recover_url(const ca::Context& context,
                                                    acme::Client& client, const FoundAccount& found,
                                                    const OwnCertificate& own) {
    const auto account = co_await acme::find_account(client);
    if (!account) co_return account.error();
    const auto kept = found.place.write_account(own.server, own.email, account->url, account->text);
    if (!kept) context.log.warn(kept.error().message);
    co_return account->url;
}

async::Task<acme::Outcome<void>> revoke_by_account(ca::Context& context,
                                                   const acme::Directory& directory,
                                                   const FoundAccount& found,
                                                   const OwnCertificate& own,
                                                   acme::RevocationReason reason) {
    const auto key = crypto::PrivateKey::parse_pem(found.account.key_pem.reveal());
    if (!key) co_return acme::Failure{key.error(), std::nullopt, directory.url};
    acme::Client client{context.http, context.clock, directory, *key};
    acme::Outcome<std::string> url = found.account.url;
    if (found.account.is_damaged) url = co_await recover_url(context, client, found, own);
    if (!url) co_return std::move(url).error();
    client.use_account(std::move(*url));
    co_return co_await acme::revoke_certificate(client, own.der, reason,
                                                acme::RevocationSigner::account);
}

async::Task<acme::Outcome<void>> ask_by_account(ca::Context& context, const dokku::AppName& app,
                                                const acme::Directory& directory,
                                                const OwnCertificate& own,
                                                acme::RevocationReason reason) {
    if (const auto found = find_stored_account(context, app, own)) {
        co_return co_await revoke_by_account(context, directory, *found, own, reason);
    }
    co_return acme::fail(base::ErrorKind::not_found,
                         "There is no account of " + own.email + " at this CA on this host",
                         own.server);
}

async::Task<acme::Outcome<void>> ask_by_key(ca::Context& context, const acme::Directory& directory,
                                            const OwnCertificate& own,
                                            acme::RevocationReason reason) {
    acme::Client client{context.http, context.clock, directory, *own.key};
    co_return co_await acme::revoke_certificate(client, own.der, reason,
                                                acme::RevocationSigner::certificate_key);
}

/// Did this signer not do, so that another one may?
bool is_refused(const acme::Outcome<void>& done) {
    return !done && (done.error().error.kind == base::ErrorKind::rejected ||
                     done.error().error.kind == base::ErrorKind::not_found);
}

async::Task<acme::Outcome<void>> revoke_compromised(ca::Context& context, const dokku::AppName& app,
                                                    const acme::Directory& directory,
                                                    const OwnCertificate& own) {
    constexpr auto kReason = acme::RevocationReason::key_compromise;
    if (!own.key) {
        context.log.verbose(
            "The certificate's key is not on this host; the CA does not block it by the account's "
            "word");
        co_return co_await ask_by_account(context, app, directory, own, kReason);
    }
    auto done = co_await ask_by_key(context, directory, own, kReason);
    if (done) {
        context.log.verbose("Signed by the certificate's own key, so that the CA blocks that key");
    }
    if (!is_refused(done)) co_return done;
    context.log.verbose(base::printable(done.error().error.message) +
                        "; trying with the account, by whose word the CA does not block the key");
    co_return co_await ask_by_account(context, app, directory, own, kReason);
}

}  // namespace

base::Result<OwnCertificate> read_own_certificate(const ca::Context& context,
                                                  const dokku::AppName& app,
                                                  const settings::Settings& settings) {
    for (const base::Path& file : candidates(context, app)) {
        const auto pem = base::read_file(file);
        if (!pem) continue;
        const std::string leaf{base::first_certificate(*pem)};
        OwnCertificate own{leaf, base::pem_to_der(leaf), std::nullopt, settings.server.computed,
                           settings.account_email()};
        if (own.der.empty()) continue;
        if (const auto key_pem = base::read_file(tls::key_file_of(file))) {
            auto key = crypto::PrivateKey::parse_pem(*key_pem);
            if (key) own.key = std::move(*key);
        }
        const auto config =
            base::read_file(context.environment.certs_root(app) / "current" / "config");
        if (config) {
            own.server = ca::last_value_of(*config, "--server").value_or(own.server);
            own.email = ca::last_value_of(*config, "--email").value_or(own.email);
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

async::Task<acme::Outcome<void>> revoke_at_ca(ca::Context& context, const dokku::AppName& app,
                                              const OwnCertificate& own,
                                              acme::RevocationReason reason) {
    const auto directory = co_await ca::open_directory(context, own.server);
    if (!directory) co_return directory.error();
    if (reason == acme::RevocationReason::key_compromise) {
        co_return co_await revoke_compromised(context, app, *directory, own);
    }
    auto done = co_await ask_by_account(context, app, *directory, own, reason);
    if (!is_refused(done) || !own.key) co_return done;
    context.log.verbose(base::printable(done.error().error.message) +
                        "; trying with the certificate's own key");
    co_return co_await ask_by_key(context, *directory, own, reason);
}

}  // namespace revocation
