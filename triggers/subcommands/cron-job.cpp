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
    return cli::run_subcommand(argc, argv, "cron-job", cron_job);
}
