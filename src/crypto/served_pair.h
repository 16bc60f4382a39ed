#pragma once

#include <string_view>

#include "base/result.h"

namespace crypto {

/// What nginx demands of a certificate's and a key's file before it starts: all certificates of the
/// one can be read, so can the key of the other without a passphrase, and it belongs to the first
/// certificate. Dates, names and who signed what do not matter to it. (Whether a key is long
/// enough for it depends on how OpenSSL is set up, and is not looked at.) `protocol` says what is
/// wrong.
base::Result<void> check_served_pair(std::string_view chain_pem, std::string_view key_pem);

}  // namespace crypto
