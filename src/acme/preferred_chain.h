#pragma once

#include <string>

#include "acme/certificate_chain.h"

namespace acme {

/// Makes `certificate` the chain whose topmost certificate names `issuer` (a common name) as its
/// issuer: the one it is, or one of the alternates that the CA offers (RFC 8555 section 7.4.2).
/// Alternates are fetched only while none fits. `false`, and the certificate as before, if there is
/// no such chain.
Outcome<bool> prefer_chain(Client& client, IssuedCertificate& certificate,
                           const std::string& issuer);

}  // namespace acme
