#pragma once

#include "acme/failure.h"

namespace lifecycle {

/// Did the CA refuse the certificate's key, because it is known to be compromised or was blocked?
/// Then it never signs it again, while another key is as good as ever. Not if it is the account's
/// key that it refuses.
bool is_blocked_key(const acme::Failure& failure);

}  // namespace lifecycle
