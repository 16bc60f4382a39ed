// `letsencrypt:revoke APP [--reason REASON]`: takes the certificate back at the CA and removes it.
#include "runs/revoke.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "revoke", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const auto done = runs::revoke(call.environment, call.log, words.at(0),
                                           words.option("--reason").value_or("unspecified"));
            if (!done) return done.error();
            return cli::ExitCode::done;
        });
}
