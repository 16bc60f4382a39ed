#pragma once

#include "async/task.h"
#include "base/result.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "renewal/ca_inquiries.h"
#include "tls/exchange.h"

namespace serving {

/// How putting an app's files right ended.
enum class Repair {
    done,           ///< the certificate is in tls/, and lies where renewals look for it
    needs_order,    ///< there is no pair that may be served: another certificate is needed
    left_to_other,  ///< another run is at work for the app
};

/// For an app of ours whose certificate is not in use any more, or not in certs/current (a backup
/// that was restored, a folder removed by hand): makes certs/current a link again, writes the files
/// there anew from the pair that is served, or serves the pair that lies there, if it is complete
/// and was not revoked (renewal/stored_pair.h); whether nginx shows that is for
/// serving/load_again.h. Costs no order. Takes the app's lock. `io` if a file cannot be read or
/// written, `not_found` if the app has no domain, `invalid_input` if a later version of ours wrote
/// its state, and `busy` if another process holds that, or has put another pair in place.
async::Task<base::Result<Repair>> repair_certificate(renewal::CaInquiries& inquiries,
                                                     dokku::AppName app);

/// Writes the pair into the folder of today's configuration, where `certs/current` leads then. The
/// caller holds the app's lock. `io` if a file cannot be read or written, `not_found` if the app
/// has no domain.
base::Result<void> store_pair(const ca::Context& context, const dokku::AppName& app,
                              tls::TlsPair pair);

/// Is certs/current a folder, or a link to a folder that is elsewhere by now? Nothing could be
/// installed there.
bool needs_link(const dokku::Environment& environment, const dokku::AppName& app);

/// Makes certs/current a link to the folder of its own configuration, if needs_link; what lies in
/// that place is put aside. The caller holds the app's lock. `io` otherwise.
base::Result<void> restore_link(const ca::Context& context, const dokku::AppName& app);

}  // namespace serving
