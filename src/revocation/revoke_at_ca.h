#pragma once

#include <optional>
#include <string>

#include "acme/failure.h"
#include "acme/revocation.h"
#include "async/task.h"
#include "ca/context.h"
#include "crypto/private_key.h"
#include "dokku/app.h"
#include "settings/settings.h"

namespace revocation {

/// A certificate of ours on disk, the key beside it, and who issued it to whom.
struct OwnCertificate {
    std::string pem;  ///< without its issuers
    std::string der;
    std::optional<crypto::PrivateKey> key;
    std::string server;  ///< URL of the CA's directory
    std::string email;   ///< names the account's folder
};

/// The one of the app's that is current, whatever today's settings and domains are: what nginx
/// serves, else what certs/current holds. `not_found` if there is none.
base::Result<OwnCertificate> read_own_certificate(const ca::Context& context,
                                                  const dokku::AppName& app,
                                                  const settings::Settings& settings);

/// Asks the CA to revoke it, signed by the account that ordered it; if there is none on this host
/// or the CA does not take its word, by the certificate's own key, which proves as much (RFC 8555
/// section 7.6). For a compromised key it is the other way round: CAs block a key only by its own
/// word. What it is given outlives its task.
async::Task<acme::Outcome<void>> revoke_at_ca(ca::Context& context, const dokku::AppName& app,
                                              const OwnCertificate& own,
                                              acme::RevocationReason reason);

}  // namespace revocation
