#include "runs/account.h"

#include <optional>
#include <utility>

#include "account/account.h"
#include "base/text.h"
#include "dokku/app.h"
#include "runs/runtime.h"

namespace runs {
namespace {

base::Result<void> change(Runtime& runtime, const std::string& what,
                          const account::AccountChoice& choice) {
    const auto lock = runtime.lock_all();
    if (!lock) return lock.error();
    ca::Context& context = runtime.context();
    if (what == "deactivate") return context.loop.run(account::deactivate(context, choice));
    const auto apps = dokku::list_all_apps(context.environment);
    if (!apps) return apps.error();
    if (what == "register") return context.loop.run(account::register_anew(context, choice, *apps));
    return context.loop.run(account::roll_over(context, choice, *apps));
}

base::Result<void> act(Runtime& runtime, const std::string& what, const std::string& format,
                       const account::AccountChoice& choice) {
    if (what == "show") {
        ca::Context& context = runtime.context();
        return context.loop.run(account::show_account(
            context, choice,
            format == "json" ? account::AccountFormat::json : account::AccountFormat::text));
    }
    if (what == "rollover" || what == "register" || what == "deactivate") {
        return change(runtime, what, choice);
    }
    return base::fail(base::ErrorKind::invalid_input,
                      "Say what to do with the account: show, rollover, register or deactivate");
}

}  // namespace

base::Result<void> use_account(const dokku::Environment& environment, const dokku::Log& log,
                               const AccountFlags& flags) {
    const std::vector<std::string>& words = flags.words;
    if (words.size() > 2) {
        return base::fail(
            base::ErrorKind::invalid_input,
            "One app at most: " + base::printable(words[2]) + " is one word too many");
    }
    std::optional<dokku::AppName> app;
    if (words.size() == 2 && !words[1].empty()) {
        auto known = dokku::verify_app(environment, words[1]);
        if (!known) return std::move(known).error();
        app = std::move(*known);
    }
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    const auto choice = account::choose_account((*runtime)->context(), app);
    if (!choice) return choice.error();
    return act(**runtime, words.empty() ? "" : words[0], flags.format, *choice);
}

}  // namespace runs
