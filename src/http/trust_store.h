#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace http {

/// Whom we trust besides the certificate authorities of the operating system.
struct TrustStore {
    std::vector<std::string> extra_pem_files;

    /// The files named by LEGO_CA_CERTIFICATES (between colons) and SSL_CERT_FILE, as users of the
    /// official plugin know them. Both add to the system's store.
    static TrustStore from_environment();
};

/// The PEM text of the system's bundle at `system_bundle` (a missing one counts as empty) followed
/// by the extra files. `invalid_input` naming the file if an extra one cannot be read or holds no
/// certificate.
base::Result<std::string> read_trust(const TrustStore& trust, const std::string& system_bundle);

}  // namespace http
