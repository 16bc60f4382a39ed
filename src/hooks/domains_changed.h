#pragma once

#include <string_view>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "store/local_store.h"

namespace hooks {

/// `post-domains-update APP [ACTION [DOMAIN...]]` (docs/dokku.md 3.2): new names get their
/// certificate if automatic issuance applies, else the official hint is printed. Names that are
/// gone are forgotten; the certificate follows at its next renewal. Without an ACTION a certificate
/// was installed or removed: that is only noted. What a run of ours sets off is that run's own
/// business. `io` or `invalid_input` if what is known of the app cannot be read, `busy` while
/// another process holds its state. What became of a certificate that was ordered is no failure
/// here.
base::Result<void> domains_changed(const dokku::Environment& environment, const dokku::Log& log,
                                   const dokku::AppName& app, std::string_view action);

}  // namespace hooks
