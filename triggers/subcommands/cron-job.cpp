// `letsencrypt:cron-job [--add|--remove]`: the daily renewal. Light.
#include "cli/run.h"
#include "subcommands/cron_job.h"

namespace {

base::Result<cli::ExitCode> cron_job(const cli::Call& call) {
    const std::string& flag = call.arguments.at(0);
    if (flag.empty()) {
        subcommands::print_cron_job(call.environment, call.log);
        return cli::ExitCode::done;
    }
    if (flag != "--add" && flag != "--remove") {
        return base::fail(
            base::ErrorKind::invalid_input,
            "Invalid flag '" + flag + "', specify --add, --remove, or no flag to display status.");
    }
    const auto switched = flag == "--add"
                              ? subcommands::add_cron_job(call.environment, call.log)
                              : subcommands::remove_cron_job(call.environment, call.log);
    if (!switched) return switched.error();
    return cli::ExitCode::done;
}

}  // namespace

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:cron-job [--add|--remove]";
    subcommand.about =
        "Shows whether the daily renewal runs, switches it on (--add), or off for good (--remove). "
        "Without it nothing happens by itself any more: the minute's run is off as well, which "
        "looks at names that wait, tries again what failed and renews short-lived certificates.";
    return cli::run_subcommand(argc, argv, subcommand, cron_job);
}
