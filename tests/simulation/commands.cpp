#include "simulation/commands.h"

#include <exception>
#include <functional>

#include "ca/context.h"
#include "dokku/app.h"
#include "hooks/after_copy.h"
#include "hooks/after_delete.h"
#include "hooks/after_deploy.h"
#include "hooks/before_reload.h"
#include "hooks/domains_changed.h"
#include "hooks/installed_pair.h"
#include "lifecycle/auto_renew.h"
#include "lifecycle/enable.h"
#include "lifecycle/retry.h"
#include "serving/check_pair.h"
#include "simulation/kernel/process_loop.h"
#include "simulation/simulated_probe.h"
#include "simulation/world.h"
#include "subcommands/disable.h"

namespace simulation {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUnknownApp = 20;
constexpr int kBusy = 75;

using lifecycle::RunOutcome;

/// As cli::run does it, but that an exception is a violation.
int guarded(World& world, const std::string& what, const std::function<int()>& work) {
    try {
        return work();
    } catch (const std::exception& error) {
        world.chronicle.violate("no command ends by a bug", what + ": " + error.what());
        return kFailed;
    }
}

dokku::Log log_of(World& world) {
    return dokku::Log{world.host.environment, [&world](dokku::Stream, std::string_view text) {
                          while (text.ends_with('\n'))
                              text.remove_suffix(1);
                          if (world.is_verbose) world.chronicle.note("  | " + std::string{text});
                      }};
}

/// What runs::Runtime is to an executable.
struct Runtime {
    explicit Runtime(World& where) : world(where) {}

    int run(async::Task<RunOutcome> task) {
        return loop.run(std::move(task)) == RunOutcome::done ? kDone : kFailed;
    }

    World& world;
    base::SystemClock clock;
    ProcessLoop loop{clock};
    DnsTransport dns{world.dns, world.dice};
    SimulatedProbe probe{world.nginx};
    store::LocalStore store{world.host.environment.global_root()};
    dokku::Log log = log_of(world);
    ca::Context context{world.host.environment, store, log, world.web, clock, loop, dns,
                        world.self_fetch,       probe};
};

int report(const base::Result<void>& done, World& world, const std::string& what) {
    if (done) return kDone;
    if (world.is_verbose) world.chronicle.note("  ! " + what + ": " + done.error().message);
    return kFailed;
}

int run_hook(World& world, const std::vector<std::string>& words, const std::string& mark) {
    dokku::Environment environment = world.host.environment;
    environment.run = mark;
    const dokku::Log log = log_of(world);
    const std::string& name = words.front();
    const auto app = dokku::AppName::parse(words.at(1)).value();
    const auto now = base::SystemClock{}.now();
    if (name == "nginx-pre-reload") {
        return report(hooks::before_reload(environment, log, app), world, name);
    }
    if (name == "post-domains-update") {
        const std::string action = words.size() > 2 ? words[2] : "";
        return report(hooks::domains_changed(environment, log, app, action), world, name);
    }
    if (name == "post-certs-remove") {
        return report(hooks::note_removed_pair(environment, app, now), world, name);
    }
    if (name == "post-deploy") {
        return report(hooks::after_deploy(environment, log, app, now), world, name);
    }
    if (name == "post-app-rename-setup") {
        const auto to = dokku::AppName::parse(words.at(2)).value();
        return report(hooks::after_rename(environment, log, app, to, now), world, name);
    }
    hooks::after_delete(environment, log, app);
    return kDone;
}

int check_pair(World& world, const dokku::AppName& app) {
    const store::LocalStore store{world.host.environment.global_root()};
    const dokku::Log log = log_of(world);
    return report(serving::check_installed_pair(world.host.environment, store, log, app,
                                                base::SystemClock{}.now()),
                  world, "check-pair");
}

/// `libexec/issue APP`.
int issue(World& world, const dokku::AppName& app) {
    Runtime runtime{world};
    return runtime.run(lifecycle::issue_for_change(runtime.context, app, close_output));
}

}  // namespace

int enable(World& world, const std::string& app) {
    return guarded(world, "enable " + app, [&] {
        const auto known = dokku::verify_app(world.host.environment, app);
        if (!known) return kUnknownApp;
        Runtime runtime{world};
        return runtime.run(lifecycle::enable(runtime.context, {*known}, {}));
    });
}

int run_scheduled(World& world) {
    return guarded(world, "auto-renew --scheduled", [&] {
        Runtime runtime{world};
        constexpr std::chrono::seconds kPatience{2};
        const auto apps = dokku::list_all_apps(world.host.environment);
        auto lock = runtime.store.lock_run(kPatience, runtime.clock);
        if (!lock && !runtime.store.find_stuck_run()) return kBusy;
        return runtime.run(lifecycle::auto_renew_all(runtime.context, apps.value(),
                                                     lifecycle::RenewalRun::scheduled));
    });
}

int retry_due(World& world) {
    return guarded(world, "retry --due", [&] {
        Runtime runtime{world};
        return runtime.run(lifecycle::retry_due(runtime.context));
    });
}

int retry(World& world, const std::string& app) {
    return guarded(world, "retry " + app, [&] {
        const auto known = dokku::verify_app(world.host.environment, app);
        if (!known) return kUnknownApp;
        Runtime runtime{world};
        return runtime.run(lifecycle::retry_app(runtime.context, *known));
    });
}

int disable(World& world, const std::string& app) {
    return guarded(world, "disable " + app, [&] {
        const auto known = dokku::verify_app(world.host.environment, app);
        if (!known) return kUnknownApp;
        base::SystemClock clock;
        const dokku::Log log = log_of(world);
        return report(subcommands::disable(world.host.environment, log, clock, *known), world,
                      "disable " + app);
    });
}

int run_product_program(World& world, const std::vector<std::string>& words,
                        const std::string& mark) {
    std::string what = words.front();
    const std::string program = what.substr(what.rfind('/') + 1);
    return guarded(world, program + " " + words.at(1), [&] {
        const auto app = dokku::AppName::parse(words.at(1)).value();
        if (program == "check-pair") return check_pair(world, app);
        if (program == "issue") return issue(world, app);
        return run_hook(world, words, mark);
    });
}

}  // namespace simulation
