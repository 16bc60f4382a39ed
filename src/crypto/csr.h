#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/private_key.h"

namespace crypto {

/// A certificate request in DER (PKCS#10) for the names: all of them in subjectAltName, the first
/// domain name that has at most 64 characters as common name, none if there is no such name (RFC
/// 8555 section 7.4, RFC 5280 ub-common-name). IP addresses become iPAddress entries (RFC 8738) and
/// never the common name. `key` signs it. `invalid_input` without names, or for one that is not
/// plain ASCII.
base::Result<std::string> make_csr(const PrivateKey& key, const std::vector<std::string>& names);

}  // namespace crypto
