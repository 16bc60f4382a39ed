#include "orders/silent_cas.h"

#include <string>

#include "ca/session.h"
#include "store/cause.h"

namespace orders {

void SilentCas::refuse(ca::IssueJob& job) const {
    constexpr int kPatience = 3;
    const auto silent = unanswered_.find(job.ca.session);
    if (silent == unanswered_.end() || silent->second < kPatience) return;
    job.fail(store::cause::kCaUnreachable,
             {base::ErrorKind::network,
              job.ca.session->client().name() + " did not answer to the last " +
                  std::to_string(silent->second) + " orders; it is not asked again in this run",
              std::nullopt,
              {}});
}

void SilentCas::note_result(const ca::IssueJob& job) {
    // Not what the operator's DNS program or this host could not do.
    const bool silent = job.failure() && job.cause() == store::cause::kCaUnreachable &&
                        job.failure()->unanswered() && job.failure()->status == 0;
    if (silent) {
        ++unanswered_[job.ca.session];
    } else {
        unanswered_.erase(job.ca.session);
    }
}

}  // namespace orders
