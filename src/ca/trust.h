#pragma once

#include "base/result.h"

namespace ca {

/// Can the CA certificates be read that this host trusts besides those of its system (the files
/// that LEGO_CA_CERTIFICATES and SSL_CERT_FILE name)? Every run reads them first. `invalid_input`
/// names the one that cannot.
base::Result<void> check_trusted_cas();

}  // namespace ca
