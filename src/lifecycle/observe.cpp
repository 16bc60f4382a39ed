#include "lifecycle/observe.h"

#include "acme/renewal_info.h"
#include "base/file.h"
#include "ca/pair_owner.h"
#include "crypto/certificate.h"
#include "dokku/domains.h"
#include "store/claim.h"

namespace lifecycle {

base::Result<ca::Present> observe_pair(const ca::Context& context, const dokku::AppName& app) {
    ca::Present present;
    auto chain = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!chain && chain.error().kind != base::ErrorKind::not_found) {
        return std::move(chain).error();
    }
    if (!chain) return present;
    present.chain = std::move(*chain);
    if (!dokku::has_pair(context.environment, app)) return present;

    const auto leaf = crypto::Certificate::parse_pem(*present.chain);
    const auto owner = ca::find_pair_owner(context.environment, context.store, app, *present.chain);
    if (!owner) return owner.error();
    present.owner = *owner;
    if (!leaf) return present;
    present.covered_until = leaf->not_after();
    if (*owner != store::Owner::ours) return present;
    present.covered = leaf->names();
    present.fingerprint = leaf->fingerprint();
    if (auto id = acme::renewal_id(*leaf)) present.renewal_id = std::move(*id);
    return present;
}

void observe_state(ca::Present& present, const store::AppState& state,
                   const store::CertificateId& certificate) {
    const store::CertificateState& known = store::certificate_of(state, certificate);
    present.has_journal = store::has_left_journal(known);
    present.is_revoked = !present.fingerprint.empty() && known.revoked == present.fingerprint;
}

}  // namespace lifecycle
