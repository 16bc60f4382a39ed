#pragma once

#include "base/result.h"
#include "ca/context.h"
#include "renewal/ca_inquiries.h"

namespace serving {

/// `nginx -t` before anything is written: if some app's configuration is broken already, nothing is
/// ordered for any app (cause blocked-by). `rejected` names that app, file and line; `io` if nginx
/// cannot be asked. Certificates that nginx cannot load are put right where that can be done
/// (check_pair.h, missing_pair.h).
base::Result<void> require_valid_nginx(const ca::Context& context);

/// For the scheduled run, which answers for the host: the same where nothing is to be ordered. What
/// nginx still complains about is told; returns whether that is nothing. Where nginx cannot be
/// asked, that is told and no complaint.
bool mend_nginx(renewal::CaInquiries& inquiries);

/// For every other run: looks, by files alone, for vhosts of any app whose certificate files are
/// missing. Only where there is one, nginx is asked, and what it complains about put right.
void mend_missing_pairs(renewal::CaInquiries& inquiries);

}  // namespace serving
