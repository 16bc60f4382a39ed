#pragma once

#include "base/result.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "crypto/private_key.h"

namespace orders {

/// The key of a certificate to be ordered: of the type in `--key-type` (P-256 if none), and new for
/// every certificate, unless `--reuse-key` asks for the one of certs/current and there is one of
/// that type. `internal` if OpenSSL makes none.
base::Result<crypto::PrivateKey> new_certificate_key(const ca::Context& context,
                                                     const ca::IssueJob& job);

}  // namespace orders
