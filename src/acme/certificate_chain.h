#pragma once

#include <string>
#include <vector>

#include "acme/client.h"
#include "acme/failure.h"
#include "async/task.h"

namespace acme {

/// What a CA issued (RFC 8555 section 7.4.2).
struct IssuedCertificate {
    std::string
        chain_pem;  ///< leaf first; whether key, names and signatures fit is not checked here
    std::string url;
    std::vector<std::string> alternates;  ///< URLs of other chains for the same leaf
};

/// One POST-as-GET. The content decides, not the media type that the answer claims to have:
/// `protocol` if it holds no certificate in PEM.
async::Task<Outcome<IssuedCertificate>> fetch_certificate(Client& client, std::string url);

}  // namespace acme
