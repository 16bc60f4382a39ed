#pragma once

#include <string>

#include "acme/certificate_chain.h"
#include "async/task.h"

namespace acme {

/// Makes `certificate` the chain whose topmost certificate names `issuer` (a common name) as its
/// issuer: the one it is, or one of the alternates that the CA offers (RFC 8555 section 7.4.2).
/// Alternates are fetched only while none fits. One that the CA refuses, or whose URL is none to be
/// asked, is passed by; it is a failure only where no other fits, and so is a CA that does not
/// answer. `false` if there is no such chain. Both leave the certificate as it was.
async::Task<Outcome<bool>> prefer_chain(Client& client, IssuedCertificate& certificate,
                                        std::string issuer);

}  // namespace acme
