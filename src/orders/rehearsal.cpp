#include "orders/rehearsal.h"

#include <algorithm>
#include <utility>

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
    const auto state = context.store.read_state(job.app().text());
    if (!state) return false;
    const auto& own = ca::own_state(*state, job);
    return std::any_of(
        job.names.ordered.begin(), job.names.ordered.end(), [&](const dns::DnsName& name) {
            const store::NameState* known = store::find_name(own, name.str());
            return known != nullptr && was_refused(*known) && known->failures >= kTriesBefore;
        });
}

}  // namespace

std::string rehearsal_server(const ca::IssueJob& job) {
    const std::string& rehearse = job.settings().rehearse.computed;
    if (rehearse == "false") return {};
    if (rehearse != "true") return rehearse;
    return job.ca.server == settings::kProductionServer ? std::string{settings::kStagingServer}
                                                        : std::string{};
}

bool is_verdict(const acme::Failure& failure, const std::vector<std::string>& names) {
    if (!failure.problem || failure.error.kind != base::ErrorKind::rejected) return false;
    return !failure.invalid.empty() || !ca::rejected_names(*failure.problem, names).empty();
}

async::Task<std::optional<ca::ChosenCa>> begin_rehearsal(const ca::Context& context,
                                                         ca::CaSessions& sessions,
                                                         ca::IssueJob& job) {
    ca::ChosenCa stage = job.ca;
    stage.server = rehearsal_server(job);
    stage.session = nullptr;
    if (stage.server.empty() || !has_failed_often(context, job)) co_return std::nullopt;
    const auto session = co_await sessions.open(stage, job.settings(), job.lego());
    if (!session) {
        context.log.verbose("No rehearsal: " + session.error().error.message);
        co_return std::nullopt;
    }
    stage.session = *session;
    context.log.verbose("Rehearsing the order at " + stage.server + " after failures before");
    co_return std::exchange(job.ca, std::move(stage));
}

async::Task<void> rehearse_order(const ca::Context& context, ca::CaSessions& sessions,
                                 ca::IssueJob& job) {
    if (!job.alive()) co_return;
    const OrderDesk desk{sessions};
    Order order{context, desk, OrderKind::rehearsal, job};
    async::Semaphore::Permit turn = co_await job.ca.session->new_orders().acquire();
    co_await order.run(std::move(turn));
    if (!job.failure() || is_verdict(*job.failure(), ca::to_texts(job.names.ordered))) co_return;
    context.log.verbose("The rehearsal came to no end: " + job.failure()->error.message);
    job.go_on();
}

void end_rehearsal(ca::ChosenCa real, ca::IssueJob& job) {
    job.ca = std::move(real);
    job.issued.reset();  // of no use
    job.key.reset();
}

}  // namespace orders
