#include "lifecycle/adopt_certificates.h"

#include <string>

#include "base/file.h"
#include "ca/replaced_certificate.h"
#include "crypto/certificate.h"
#include "renewal/certificate_note.h"

namespace lifecycle {
namespace {

/// A pair that a run of ours noted is in the record: that comes first.
bool is_known(const store::AppState& state, const tls::CertificateStatus& served) {
    return state.installed && state.installed->owner == store::Owner::ours &&
           !state.installed->fingerprint.empty() &&
           state.installed->not_after == served.dates->not_after;
}

bool adopt(const ca::Context& context, const dokku::AppName& app, const store::AppState& state) {
    const auto pem = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!pem) return false;
    const auto leaf = crypto::Certificate::parse_pem(*pem);
    if (!leaf) return false;
    const std::string fingerprint = leaf->fingerprint();
    const auto issued = context.store.was_issued(fingerprint);
    const auto recorded =
        !issued   ? base::Result<void>{issued.error()}
        : *issued ? base::Result<void>{}
                  : context.store.record_issued(app.text(), fingerprint, context.clock.now());
    if (!recorded) {
        context.log.warn(app.text() + ": " + recorded.error().message);
        return false;
    }
    const bool is_noted = state.installed && state.installed->fingerprint == fingerprint;
    if (is_noted) return !*issued;
    return renewal::note_about(context, app, *pem, [&](store::AppState& changed) {
        renewal::record_installed(changed, *leaf, ca::issuing_server(context, app, {}));
    });
}

}  // namespace

bool adopt_if_unknown(const ca::Context& context, const dokku::AppName& app,
                      const tls::CertificateStatus& served, const store::AppState& state) {
    if (!served.active || !served.dates || is_known(state, served)) return false;
    return adopt(context, app, state);
}

void adopt_certificates(const ca::Context& context, const std::vector<dokku::AppName>& apps) {
    for (const dokku::AppName& app : apps) {
        if (!tls::is_active(context.environment, app)) continue;
        const auto state = context.store.read_state(app.text());
        if (state) {
            adopt(context, app, *state);
        } else {
            context.log.warn(app.text() + ": " + state.error().message);
        }
    }
}

}  // namespace lifecycle
