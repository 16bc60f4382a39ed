// `letsencrypt:account show|rollover|register|deactivate [APP]`: the account at the CA that an app
// orders with, or that all apps without settings of their own do.
#include "account/account.h"

#include <optional>

#include "base/text.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "runs/runtime.h"

namespace {

base::Result<void> act(runs::Runtime& run, const cli::Arguments& arguments,
                       const account::AccountChoice& choice) {
    ca::Context& context = run.context();
    const std::string& what = arguments.at(0);
    if (what == "show") {
        const bool json = arguments.option("--format") == "json";
        return account::show_account(
            context, choice, json ? account::AccountFormat::json : account::AccountFormat::text);
    }
    if (what != "rollover" && what != "register" && what != "deactivate") {
        return base::fail(
            base::ErrorKind::invalid_input,
            "Say what to do with the account: show, rollover, register or deactivate");
    }
    // Orders that are under way go on with the account that they began with.
    const auto lock = run.lock_all();
    if (!lock) return lock.error();
    if (what == "deactivate") return account::deactivate(context, choice);
    const auto apps = dokku::list_all_apps(context.environment);
    if (!apps) return apps.error();
    if (what == "register") return account::register_anew(context, choice, *apps);
    return account::roll_over(context, choice, *apps);
}

base::Result<cli::ExitCode> act_on_account(const cli::Call& call) {
    if (call.arguments.size() > 2) {
        return base::fail(
            base::ErrorKind::invalid_input,
            "One app at most: " + base::printable(call.arguments.at(2)) + " is one word too many");
    }
    std::optional<dokku::AppName> app;
    if (!call.arguments.at(1).empty()) {
        auto named = dokku::verify_app(call.environment, call.arguments.at(1));
        if (!named) return std::move(named).error();
        app = std::move(*named);
    }
    const auto run = runs::Runtime::open(call.environment, call.log);
    if (!run) return run.error();
    const auto choice = account::choose_account((*run)->context(), app);
    if (!choice) return choice.error();
    const auto done = act(**run, call.arguments, *choice);
    if (!done) return done.error();
    return cli::ExitCode::done;
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "account", act_on_account);
}
