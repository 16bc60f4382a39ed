#include "serving/missing_pair.h"

#include <string>

#include "serving/check_pair.h"
#include "serving/vhost_pair.h"
#include "tls/certs.h"
#include "tls/exchange.h"

namespace serving {
namespace {

/// a custom pair went before the app could be told so (hooks/installed_pair.h): ours takes its
/// place with the retry job.
void note_gone(const ca::Context& context, const dokku::AppName& app) {
    const base::UtcTime now = context.clock.now();
    auto noted = context.store.update_existing_state(app.text(), [&](store::AppState& state) {
        state.installed.reset();
        if (state.enabled) state.due = now;
    });
    if (!noted) context.log.warn(noted.error().message);
}

}  // namespace

std::vector<dokku::AppName> find_missing_pairs(const dokku::Environment& environment,
                                               const std::vector<dokku::AppName>& apps) {
    std::vector<dokku::AppName> found;
    for (const dokku::AppName& app : apps) {
        if (dokku::has_pair(environment, app)) continue;
        if (vhost_names_pair(environment, app).value_or(false)) found.push_back(app);
    }
    return found;
}

async::Task<void> mend_missing_pair(renewal::CaInquiries& inquiries, dokku::AppName app) {
    const ca::Context& context = inquiries.context();
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock) co_return;
    if (auto healed = tls::heal_tls(context.environment.app_root(app)); !healed) {
        context.log.warn(healed.error().message);
        co_return;
    }
    if (dokku::has_pair(context.environment, app)) co_return;
    context.log.warn("The certificate files of " + app.text() + " are missing (" +
                     context.environment.tls_root(app).string() +
                     "), though its vhost names them: nginx could load nothing for any app");
    const auto restored = co_await restore_missing_pair(inquiries, app);
    if (!restored) {
        context.log.warn(restored.error().message);
        co_return;
    }
    if (*restored) co_return;
    context.log.warn("Its vhost is rebuilt without https");
    const auto built = co_await context.programs->require_trigger(app, "proxy-build-config");
    if (!built) context.log.warn(built.error().message);
    note_gone(context, app);
}

}  // namespace serving
