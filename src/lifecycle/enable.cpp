#include "lifecycle/enable.h"

#include <memory>
#include <string>

#include "async/all.h"
#include "base/text.h"
#include "host/finish_removals.h"
#include "lifecycle/certificate_flow.h"
#include "lifecycle/run.h"
#include "serving/valid_nginx.h"
#include "settings/read_settings.h"

namespace lifecycle {
namespace {

/// A property of the host.
std::size_t orders_at_once(const ca::Context& context, const dokku::AppName& app) {
    const auto settings = settings::read_settings(context.environment, app);
    return settings ? settings->concurrency() : settings::Settings{}.concurrency();
}

async::Task<void> keep_end(CertificateFlow& flow, FlowEnd& end) {
    end = co_await flow.work();
}

/// All of them side by side, and beside them the reloads that they wish for.
async::Task<std::vector<FlowEnd>> run_flows(Run& run, const std::vector<dokku::AppName>& apps) {
    std::vector<std::unique_ptr<CertificateFlow>> flows;
    flows.reserve(apps.size());
    for (const dokku::AppName& app : apps)
        flows.push_back(std::make_unique<CertificateFlow>(run, app));
    std::vector<FlowEnd> ends(apps.size());
    std::vector<async::Task<void>> tasks;
    tasks.reserve(apps.size() + 1);
    for (std::size_t i = 0; i < apps.size(); ++i)
        tasks.push_back(keep_end(*flows[i], ends[i]));
    tasks.push_back(run.reloads.rounds().work());
    co_await async::all(std::move(tasks));
    co_return ends;
}

/// The end of a run over many apps: how many, and which not, and why.
void summarize(const ca::Context& context, const std::vector<dokku::AppName>& apps,
               const std::vector<FlowEnd>& ends) {
    std::size_t issued = 0;
    bool is_any_begun = false;
    std::vector<std::string> failed;
    for (std::size_t i = 0; i < apps.size(); ++i) {
        const FlowEnd& end = ends[i];
        if (end.kind != FlowEnd::Kind::nothing_begun) is_any_begun = true;
        if (end.kind == FlowEnd::Kind::issued) ++issued;
        if (end.kind == FlowEnd::Kind::failed)
            failed.push_back(apps[i].text() + " (" + std::string{end.cause} + ")");
    }
    if (!is_any_begun) return;
    context.log.info1(std::to_string(issued) + " of " + std::to_string(issued + failed.size()) +
                      " certificates were issued and installed");
    if (!failed.empty()) context.log.warn("Failed: " + base::join(failed, ", "));
}

/// What an operator asked for by name and another command took away is no success.
bool is_failure(const FlowEnd& end, const ca::Request& request) {
    return end.kind == FlowEnd::Kind::failed ||
           (request.is_typed() && end.kind == FlowEnd::Kind::left_to_other);
}

}  // namespace

async::Task<RunOutcome> enable(ca::Context& context, std::vector<dokku::AppName> apps,
                               ca::Request request) {
    host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    if (apps.empty()) co_return RunOutcome::done;
    Run run{context, request, apps.size(), orders_at_once(context, apps.front())};
    // Within a hook Dokku is at work on a vhost itself.
    if (!request.on_pair_installed) co_await serving::mend_missing_pairs(run.inquiries);
    const auto ends = co_await run_flows(run, apps);
    if (run.has_many()) summarize(context, apps, ends);
    auto outcome = RunOutcome::done;
    for (const FlowEnd& end : ends) {
        if (is_failure(end, request)) outcome = RunOutcome::failed;
    }
    co_return outcome;
}

}  // namespace lifecycle
