// `letsencrypt:revoke APP [--reason REASON]`: takes the certificate back at the CA and removes it.
#include "revocation/revoke.h"

#include "cli/run.h"
#include "dokku/app.h"
#include "runs/runtime.h"

namespace {

base::Result<cli::ExitCode> revoke_app(const cli::Call& call) {
    const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
    if (!app) return app.error();
    const std::string word = call.arguments.option("--reason").value_or("unspecified");
    const auto reason = acme::parse_revocation_reason(word);
    if (!reason) {
        return base::fail(base::ErrorKind::invalid_input, "'" + word + "' is no reason to revoke",
                          {"Allowed: unspecified, keyCompromise, affiliationChanged, superseded, "
                           "cessationOfOperation"});
    }
    const auto run = runs::Runtime::open(call.environment, call.log);
    if (!run) return run.error();
    const auto done = revocation::revoke((*run)->context(), *app, *reason);
    if (!done) return done.error();
    return cli::ExitCode::done;
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "revoke", revoke_app);
}
