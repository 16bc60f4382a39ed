#pragma once

#include <vector>

#include "ca/context.h"
#include "lifecycle/prepare.h"

namespace lifecycle {

enum class RunOutcome {
    done,    ///< every app has a certificate, or nothing was due
    failed,  ///< at least one has not; everything was told
};

/// `letsencrypt:enable` for one app or many: the life of an order (docs/design.md 4) with each
/// phase done for all apps at once, so that many cost one account and two reloads. Official wording
/// and order of lines (docs/dokku.md 11.1). A failure of one app touches no other.
RunOutcome enable(ca::Context& context, const std::vector<dokku::AppName>& apps,
                  const ca::Request& request);

}  // namespace lifecycle
