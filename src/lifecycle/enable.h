#pragma once

#include <vector>

#include "async/task.h"
#include "ca/context.h"
#include "ca/request.h"
#include "dokku/app.h"

namespace lifecycle {

enum class RunOutcome {
    done,    ///< every app has a certificate, or nothing was due
    failed,  ///< at least one has not; everything was told
};

/// `letsencrypt:enable` for one app or many: a flow for each (certificate_flow.h), all of them side
/// by side, so that many cost one account and two reloads. Official wording and order of lines
/// (docs/dokku.md 11.1); those of one app stand together. A failure of one app touches no other.
async::Task<RunOutcome> enable(ca::Context& context, std::vector<dokku::AppName> apps,
                               ca::Request request);

}  // namespace lifecycle
