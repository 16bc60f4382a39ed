#include "ca/choose_ca.h"

#include "base/text.h"
#include "ca/replaced_certificate.h"
#include "ca/stored_account.h"
#include "settings/known_servers.h"
#include "store/cause.h"

namespace ca {

namespace {

/// It is down, whatever it says of when to come back.
bool is_fault_of_ca(const IssueJob& job) {
    constexpr int kInternal = 500;
    constexpr int kUnavailable = 503;
    const acme::Failure& failure = *job.failure();
    const bool has_trouble =
        !failure.problem || failure.status >= kInternal || failure.is("serverInternal");
    return job.cause() == store::cause::kCaUnreachable ||
           (job.cause() == store::cause::kCaError && has_trouble) ||
           failure.status == kUnavailable || job.ca_is_in_backoff;
}

bool wants_external_account(std::string_view server) {
    const auto* known = settings::find_known_server(server);
    return known != nullptr && known->wants_external_account;
}

/// There is one external account, and two CAs that it may be of.
bool is_for_fallback(const IssueJob& job) {
    return wants_external_account(job.settings().fallback_server.computed) &&
           !wants_external_account(job.ca.server);
}

/// Why the fallback server cannot issue for the app's names; "" if it can, or that is not known.
std::string why_no_fallback(const Context& context, const IssueJob& job,
                            const settings::KnownServer& known) {
    const auto names = to_texts(job.names.ordered);
    if (!settings::can_issue(&known, names)) {
        return "the fallback server cannot stand in for " + settings::some_of(names) + ": " +
               settings::describe_offer(known);
    }
    const bool is_set = job.lego().external_account;
    if (!known.wants_external_account || (is_set && is_for_fallback(job))) return {};
    const std::string& server = job.settings().fallback_server.computed;
    if (was_registered(context, server, job.settings().account_email())) return {};
    return "the fallback server " + std::string{known.name} + " wants an external account, and " +
           (is_set ? "eab-kid is that of the first CA" : "none is set (eab-kid, eab-hmac-key)");
}

}  // namespace

bool needs_fallback(const std::optional<base::UtcTime>& ca_fails_since,
                    const std::optional<base::CertificateDates>& installed, base::UtcTime now) {
    constexpr std::chrono::hours kPatience{12};
    if (!ca_fails_since || now - *ca_fails_since < kPatience) return false;
    if (!installed) return true;
    return installed->not_after - now < (installed->not_after - installed->not_before) / 4;
}

void choose_ca(const Context& context, IssueJob& job, const store::AppState& state) {
    const std::string& fallback = job.settings().fallback_server.computed;
    if (fallback.empty()) return;
    std::optional<base::CertificateDates> dates;
    if (job.present.chain) {
        if (const auto read = base::read_certificate_dates(*job.present.chain)) dates = *read;
    }
    const auto failing_since = own_state(state, job).ca_fails_since;
    if (!needs_fallback(failing_since, dates, context.clock.now())) return;
    const std::string since =
        "The CA of " + job.app().text() + " has failed since " + base::to_readable(*failing_since);
    const settings::KnownServer* known = settings::find_known_server(fallback);
    const std::string why = known == nullptr ? "" : why_no_fallback(context, job, *known);
    if (!why.empty()) return context.log.warn(since + "; it is asked again, for " + why);
    context.log.warn(since + "; ordering at the fallback server " + base::printable(fallback));
    const std::string offer = known == nullptr ? "" : settings::describe_offer(*known);
    if (!offer.empty()) context.log.warn(offer);
    const bool takes_external_account = job.lego().external_account && is_for_fallback(job);
    job.ca = {fallback, job.ca.profile, takes_external_account, true};
}

std::optional<base::Error> refuse_staging(const Context& context, const IssueJob& job,
                                          const store::AppState& state) {
    const bool good = job.present.covered_until && *job.present.covered_until > context.clock.now();
    if (!good || !settings::is_staging_server(job.ca.server)) return std::nullopt;
    const bool ours = job.present.owner == store::Owner::ours;
    if (ours && settings::is_staging_server(issuing_server(context, job.app(), state))) {
        return std::nullopt;
    }
    const std::string& app = job.app().text();
    return base::Error{
        base::ErrorKind::invalid_input,
        "The server of " + app +
            " is set to a staging CA, which no browser trusts; the certificate in "
            "use is trusted and stays",
        std::nullopt,
        {"Set the CA with: dokku letsencrypt:set " + app + " server default",
         "or replace it all the same: dokku letsencrypt:enable " + app + " --force"}};
}

void note_ca_health(store::CertificateState& state, const IssueJob& job, base::UtcTime now) {
    if (job.ca.server == job.settings().fallback_server.computed) return;
    if (job.failure() && is_fault_of_ca(job)) {
        if (!state.ca_fails_since) state.ca_fails_since = now;
    } else if (job.alive() || (job.failure() && job.failure()->problem)) {
        state.ca_fails_since.reset();  // one that refuses is at work
    }
}

}  // namespace ca
