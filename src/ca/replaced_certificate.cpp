#include "ca/replaced_certificate.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "ca/lego/command.h"
#include "ca/lego/options.h"

namespace ca {

std::string issuing_server(const Context& context, const dokku::AppName& app,
                           const store::AppState& state) {
    if (state.installed && !state.installed->server.empty()) return state.installed->server;
    const auto config = base::read_file(context.environment.certs_root(app) / "current" / "config");
    if (!config) return {};
    return last_value_of(base::trim(*config), "--server").value_or("");
}

bool is_of_another_ca(const Context& context, const dokku::AppName& app,
                      const settings::Settings& settings, const store::AppState& state) {
    if (state.installed && state.installed->by_fallback) return false;
    const std::string issued_by = issuing_server(context, app, state);
    if (issued_by.empty()) return false;
    return issued_by != effective_server(settings);
}

std::string certificate_to_replace(const Context& context, const IssueJob& job) {
    if (job.ca.session == nullptr || job.present.renewal_id.empty()) return {};
    const acme::Client& client = job.ca.session->client();
    if (client.directory().renewal_info.empty()) return {};
    const auto state = context.store.read_state(job.app().text());
    if (!state || !state->installed) return {};
    const store::InstalledPair& pair = *state->installed;
    // After a rename the names may all be others, and no order can replace a certificate with which
    // it shares none (RFC 9773 section 5).
    const bool shares_a_name =
        std::any_of(job.names.ordered.begin(), job.names.ordered.end(),
                    [&](const dns::DnsName& name) { return job.covers(name.str()); });
    if (!shares_a_name) return {};
    const bool same = pair.fingerprint == job.present.fingerprint &&
                      pair.server == client.directory().url && pair.account == client.account_url();
    return same ? job.present.renewal_id : std::string{};
}

bool is_window_open(const store::RenewalPlan& plan, base::UtcTime now) {
    return plan.start && plan.end && *plan.start <= now && now < *plan.end;
}

bool is_exempt_order(const Context& context, const IssueJob& job) {
    // Of one that it has revoked the CA's window is past, whatever it said before.
    if (job.present.is_revoked || certificate_to_replace(context, job).empty()) return false;
    const auto state = context.store.read_state(job.app().text());
    if (!state || !state->renewal || state->renewal->fingerprint != job.present.fingerprint) {
        return false;
    }
    const base::UtcTime now = context.clock.now() - job.ca.session->client().clock_ahead().value_or(
                                                        std::chrono::seconds{0});
    return is_window_open(*state->renewal, now);
}

}  // namespace ca
