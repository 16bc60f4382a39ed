#include "orders/preferred_chain.h"

#include "acme/preferred_chain.h"
#include "base/text.h"

namespace orders {

async::Task<void> prefer_chain(const ca::Context& context, ca::IssueJob& job) {
    const std::string& issuer = job.lego().preferred_chain;
    if (issuer.empty() || job.ca.session == nullptr) co_return;
    const auto found = co_await acme::prefer_chain(job.ca.session->client(), *job.issued, issuer);
    if (!found) {
        context.log.warn("The chain up to '" + base::printable(issuer) +
                         "' cannot be fetched: " + found.error().error.message);
    } else if (!*found) {
        context.log.warn("The CA offers no chain up to '" + base::printable(issuer) +
                         "'; its usual one is installed");
    }
}

}  // namespace orders
