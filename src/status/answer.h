#pragma once

#include "base/error.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "renewal/standing.h"

namespace status {

/// What the operator has from a scheduled run about an app that it answers for.
enum class Answer {
    has_https,  ///< a good certificate of ours is in use, or the app is not to have one now
    reported,   ///< it is not, and the app's status says why
    silent,     ///< it is not, and no status says so
};

/// What is known of an app at the end of a run.
struct Evidence {
    bool has_ended = false;    ///< the certificate in use is past its dates
    bool is_unseen = false;    ///< nginx was to show it, and did not
    bool is_reported = false;  ///< the status of a name of the app is one that is not settled
};

/// Pure.
Answer answer_of(renewal::Standing standing, const Evidence& evidence);

/// The end of a scheduled run for an app that it could not leave alone. Returns whether the app has
/// HTTPS. If not, its status says why: what the run has noted or, where it has noted nothing, that
/// no certificate is there. An app that another run is at work for is that one's.
bool answer_for(const ca::Context& context, const dokku::AppName& app);

/// What could not be read, or cannot be replaced, in the app's status.
void report_unanswered(const ca::Context& context, const dokku::AppName& app,
                       const base::Error& why);

}  // namespace status
