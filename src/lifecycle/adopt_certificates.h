#pragma once

#include <vector>

#include "ca/context.h"
#include "dokku/app.h"
#include "tls/certs.h"

namespace lifecycle {

// A certificate that the official plugin got, before us or while we were away, is letsencrypt's as
// well. Only our record of issued certificates knows it as such where its folder is not beside it,
// as after `apps:rename`.

/// For an active app: its certificate comes into the record and its state, unless `state` knows it
/// already. Returns whether anything was written. Idempotent.
bool adopt_if_unknown(const ca::Context& context, const dokku::AppName& app,
                      const tls::CertificateStatus& served, const store::AppState& state);

/// For all active ones of `apps`, whatever their states say.
void adopt_certificates(const ca::Context& context, const std::vector<dokku::AppName>& apps);

}  // namespace lifecycle
