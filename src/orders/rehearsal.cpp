#include "orders/rehearsal.h"

#include <algorithm>

#include "ca/rejected_names.h"
#include "orders/order.h"
#include "settings/known_servers.h"

namespace orders {
namespace {

constexpr int kTriesBefore = 2;

/// Since it began to fail, as far as that is known.
bool was_refused(const store::NameState& name) {
    return name.failing_since && !name.refusals.empty() &&
           name.refusals.back() >= *name.failing_since;
}

bool has_failed_often(const ca::Context& context, const ca::IssueJob& job) {
    const auto state = context.store.read_state(job.app.text());
    if (!state) return false;
    return std::any_of(job.names.begin(), job.names.end(), [&](const dns::DnsName& name) {
        const store::NameState* known = store::find_name(*state, name.str());
        return known != nullptr && was_refused(*known) && known->failures >= kTriesBefore;
    });
}

}  // namespace

std::string rehearsal_server(const settings::Settings& settings) {
    const std::string& rehearse = settings.rehearse.computed;
    if (rehearse == "false") return {};
    if (rehearse != "true") return rehearse;
    return settings.server.computed == settings::kProductionServer
               ? std::string{settings::kStagingServer}
               : std::string{};
}

bool is_verdict(const acme::Failure& failure, const std::vector<std::string>& names) {
    if (!failure.problem || failure.error.kind != base::ErrorKind::rejected) return false;
    return !failure.invalid.empty() || !ca::rejected_names(*failure.problem, names).empty();
}

async::Task<std::optional<RealCa>> begin_rehearsal(const ca::Context& context,
                                                   ca::CaSessions& sessions, ca::IssueJob& job) {
    const std::string stage = rehearsal_server(job.settings);
    if (stage.empty() || !has_failed_often(context, job)) co_return std::nullopt;
    RealCa real{job.ca, job.settings.server.computed};
    job.settings.server.computed = stage;
    const auto session = co_await sessions.open(job.settings, job.options.lego);
    if (!session) {
        job.settings.server.computed = real.server;
        context.log.verbose("No rehearsal: " + session.error().error.message);
        co_return std::nullopt;
    }
    context.log.verbose("Rehearsing the order at " + stage + " after failures before");
    job.ca = *session;
    co_return real;
}

async::Task<void> rehearse_order(const ca::Context& context, ca::CaSessions& sessions,
                                 ca::IssueJob& job) {
    if (!job.alive()) co_return;
    const OrderDesk desk{sessions};
    Order order{context, desk, OrderKind::rehearsal, job};
    async::Semaphore::Permit turn = co_await job.ca->new_orders().acquire();
    co_await order.run(std::move(turn));
    if (!job.failure || is_verdict(*job.failure, ca::to_texts(job.names))) co_return;
    context.log.verbose("The rehearsal came to no end: " + job.failure->error.message);
    job.failure.reset();
}

void end_rehearsal(const RealCa& real, ca::IssueJob& job) {
    job.ca = real.session;
    job.settings.server.computed = real.server;
    job.issued.reset();  // of no use
    job.key.reset();
}

}  // namespace orders
