#include "runs/revoke.h"

#include "acme/revocation.h"
#include "dokku/app.h"
#include "revocation/revoke.h"
#include "runs/runtime.h"

namespace runs {

base::Result<void> revoke(const dokku::Environment& environment, const dokku::Log& log,
                          const std::string& app, const std::string& reason) {
    const auto known = dokku::verify_app(environment, app);
    if (!known) return known.error();
    const auto code = acme::parse_revocation_reason(reason);
    if (!code) {
        return base::fail(base::ErrorKind::invalid_input, "'" + reason + "' is no reason to revoke",
                          {"Allowed: unspecified, keyCompromise, affiliationChanged, superseded, "
                           "cessationOfOperation"});
    }
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    ca::Context& context = (*runtime)->context();
    return context.loop.run(revocation::revoke(context, *known, *code));
}

}  // namespace runs
