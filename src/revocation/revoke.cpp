#include "revocation/revoke.h"

#include <optional>

#include "base/folder.h"
#include "base/text.h"
#include "ca/claim.h"
#include "ca/explain_failure.h"
#include "ca/locks.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "dokku/domains.h"
#include "host/finish_removals.h"
#include "host/remove_pair.h"
#include "lifecycle/release.h"
#include "nginx/hsts.h"
#include "preflight/requirements.h"
#include "revocation/revoke_at_ca.h"
#include "revocation/same_key.h"
#include "settings/read_settings.h"
#include "store/switch_off.h"
#include "tls/certs.h"
#include "tls/removal_marker.h"

namespace revocation {
namespace {

void warn_of_rest(const ca::Context& context, const dokku::AppName& app, const base::Error& error) {
    context.log.warn(error);
    if (!dokku::has_pair(context.environment, app)) return;
    context.log.warn("The revoked certificate is still served");
    // What still loads the pair has to be mended first: the error says so.
    if (error.kind == base::ErrorKind::rejected) return;
    context.log.warn("Remove it with: dokku certs:remove " + app.text());
}

/// A hook that sees the pair go must not order it anew, nor take up what lies in certs/current.
/// Should we be killed, the retry job goes on.
void note_off(const ca::Context& context, const dokku::AppName& app, const OwnCertificate& own) {
    const std::string revoked = base::to_hex(crypto::sha256(own.der));
    const base::UtcTime due = context.clock.now() + store::kRemovalPatience;
    const auto off = ca::update_state_of(context, app, [&](store::AppState& state) {
        store::switch_off(state);
        state.revoked = revoked;
        state.due = due;
    });
    if (!off) context.log.warn(off.error().message);
}

/// What `dokku certs:remove` does and says, but so that a kill leaves nginx a pair to load.
base::Result<void> remove_served(const ca::Context& context, const dokku::AppName& app) {
    auto marked = tls::mark_removal(context.environment, app, tls::RemovalKind::revoke);
    if (!marked) return marked;
    context.log.info1("Removing SSL endpoint from " + app.text());
    return host::remove_pair(context.environment, app);
}

void remove_pair(ca::Context& context, const dokku::AppName& app, const OwnCertificate& own) {
    note_off(context, app, own);
    std::optional<base::UtcTime> again;
    if (tls::is_active(context.environment, app)) {
        const auto removed = remove_served(context, app);
        if (!removed) {
            warn_of_rest(context, app, removed.error());
            again = tls::postpone_removal(context.environment, app, context.clock.now());
        }
    } else {
        context.log.verbose("The pair in use is not the revoked one; it stays");
    }
    const auto done = context.store.update_existing_state(
        app.text(), [&](store::AppState& state) { state.due = again; });
    if (!done) context.log.warn(done.error().message);
}

/// A stranger who has the key can pretend to be each name that is certified for it.
void give_up_key(const ca::Context& context, const dokku::AppName& app, const OwnCertificate& own) {
    const auto revoked = crypto::Certificate::parse_pem(own.pem);
    if (revoked) replace_same_key(context, app, *revoked);
}

/// The app was destroyed or renamed.
void forget(const ca::Context& context, const dokku::AppName& app, base::FileLock lock) {
    { const base::FileLock released = std::move(lock); }
    lifecycle::forget_if_gone(context, app);
}

base::Error destroyed(const dokku::AppName& app) {
    return {
        base::ErrorKind::rejected,
        app.text() + " was destroyed or renamed meanwhile; what has that name now is left alone",
        std::nullopt,
        {}};
}

void say_what_is_revoked(const ca::Context& context, const dokku::AppName& app,
                         const settings::Settings& settings,
                         const std::vector<std::string>& domains) {
    context.log.info1("Revoking letsencrypt certificate for " + app.text() + " via " +
                      (settings.uses_dns() ? "DNS-01" : "HTTP-01"));
    for (const std::string& domain : domains) {
        context.log.error_plain("        - Domain '" + domain + "'");
    }
    if (const auto warning = nginx::hsts_warning(context.environment, app)) {
        context.log.warn(*warning);
    }
}

}  // namespace

async::Task<base::Result<void>> revoke(ca::Context& context, const dokku::AppName& app,
                                       acme::RevocationReason reason) {
    const base::Path root = context.environment.app_root(app);
    const auto folder = base::Folder::open(root);
    if (!folder) co_return folder.error();
    const auto settings = settings::read_settings(context.environment, app);
    if (!settings) co_return settings.error();
    context.log.info2("Revoke letsencrypt certificate from " + app.text() + "...");
    if (auto email = preflight::require_email(*settings, app); !email) co_return email;
    const auto domains = dokku::read_domains(context.environment, app);
    if (!domains) co_return domains.error();
    host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    const bool has_state = context.store.has_state(app.text());
    auto lock = co_await ca::lock_app(context, app.text(), store::kTypedPatience);
    if (!lock) co_return lock.error();
    // While we waited, or the CA answers, the app may be destroyed, and another one have its name.
    // Our post-delete removes the state before Dokku removes the folder.
    const auto is_there = [&] {
        return folder->is_at(root) && (!has_state || context.store.has_state(app.text()));
    };
    if (!is_there()) {
        forget(context, app, std::move(*lock));
        co_return destroyed(app);
    }
    say_what_is_revoked(context, app, *settings, *domains);
    const auto own = read_own_certificate(context, app, *settings);
    acme::Outcome<void> done;
    if (own) {
        done = co_await revoke_at_ca(context, app, *own, reason);
    } else {
        done = acme::Failure{own.error(), std::nullopt, settings->server.computed};
    }
    if (done) {
        context.log.info1("Certificate revoked successfully.");
        if (is_there()) {
            remove_pair(context, app, *own);
        } else {
            forget(context, app, std::move(*lock));
        }
        if (reason == acme::RevocationReason::key_compromise) give_up_key(context, app, *own);
    } else {
        ca::tell_failure(context.log, done.error(), app);
        context.log.info1("Certificate revocation failed (code 1)!");
    }
    context.log.info1("Done");
    co_return base::Result<void>{};
}

}  // namespace revocation
