// `post-domains-update APP [ACTION [DOMAIN...]]`: domains of an app changed. Without an ACTION a
// certificate was installed or removed, which is not for us to answer (contract section 3.2).
#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) {
        const std::string& action = call.arguments.at(1);
        if (action == "add" || action == "set") {
            call.log.warn(
                "Please run dokku letsencrypt:enable to add https support to the new domain");
        }
        return cli::ExitCode::done;
    });
}
