#include "status/trouble.h"

#include "ca/trust.h"
#include "host/next_run.h"
#include "store/app_summary.h"
#include "store/cause.h"

namespace status {

bool Trouble::says_more_than(const store::NameState& name) const {
    if (cause == store::cause::kStuckRun || store::is_settled(name)) return true;
    // It waits for a run that cannot do anything, or one has met something like this before.
    return cause == store::cause::kHost &&
           (name.cause.empty() || name.cause == store::cause::kHost);
}

std::optional<Trouble> find_trouble(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    base::UtcTime now) {
    if (const auto stuck = store.find_stuck_run(app.text())) {
        return Trouble{store::cause::kStuckRun,
                       "a run for the app has come to no end (" + store::to_text(*stuck) + ")"};
    }
    if (const auto free = store.check_writable(app.text()); !free) {
        return Trouble{store::cause::kHost,
                       "nothing can be renewed, for it could not be kept: " + free.error().message};
    }
    // Each run reads it first.
    if (const auto trust = ca::check_trusted_cas(); !trust) {
        return Trouble{store::cause::kHost,
                       "no CA can be asked: " + trust.error().message +
                           " (named by LEGO_CA_CERTIFICATES or SSL_CERT_FILE)"};
    }
    if (const auto since = host::without_run_since(environment, now)) {
        return Trouble{store::cause::kNoRenewalRun, host::describe_missing_run(*since)};
    }
    return std::nullopt;
}

}  // namespace status
