#include "simulation/world.h"

#include <array>
#include <utility>

#include "simulation/commands.h"
#include "support/files.h"

namespace simulation {
namespace {

constexpr std::chrono::hours kDay{24};

CaCharacter lets_encrypt() {
    return {"acme-v02.api.letsencrypt.org", true, true, 90 * kDay, 30 * kDay, true};
}
CaCharacter lets_encrypt_staging() {
    return {"acme-staging-v02.api.letsencrypt.org", false, false, 90 * kDay, 30 * kDay, true};
}
/// Short lives, and no windows.
CaCharacter another_ca() {
    return {"acme.other-ca.com", false, true, 45 * kDay, std::chrono::hours{7}, false};
}

}  // namespace

World::World(const Options& given)
    : options(given),
      dice(given.seed),
      chronicle(given.prints),
      is_verbose(given.is_verbose),
      nginx(host.environment.nginx_folder.parent_path() / "nginx.conf", host.environment.root),
      production(lets_encrypt(), dns, nginx, dice, chronicle),
      staging(lets_encrypt_staging(), dns, nginx, dice, chronicle),
      other(another_ca(), dns, nginx, dice, chronicle),
      web({&production, &staging, &other}),
      self_fetch(nginx),
      dokku(host.environment, nginx, dice) {
    set_product_dice(Dice{dice.roll()});
    set_programs([this](const ProgramCall& call) { return dokku.run(call); });
    dokku.set_product([this](const std::vector<std::string>& words, const std::string& mark) {
        return run_product_program(*this, words, mark);
    });
    machine.on_end = [this](const Process& process, bool is_killed) {
        if (on_process_end) on_process_end();
        if (!is_killed) return;
        history.last_kill = now();
        chronicle.note("killed: " + process.name);
    };
    prepare_host();
}

void World::prepare_host() {
    const auto& environment = host.environment;
    const base::Path main = environment.nginx_folder.parent_path() / "nginx.conf";
    const base::Path pid_file = environment.nginx_folder.parent_path() / "nginx.pid";
    test::write_file(main, "pid " + pid_file.string() + ";\nhttp {\n  include " +
                               environment.root.string() + "/*/nginx.conf;\n  include " +
                               environment.global_root().string() + "/nginx/*.conf;\n}\n");
    test::write_file(pid_file, "1\n");
    redirect_files("/etc/nginx/nginx.conf", main.string());
    redirect_files("/proc/net/", "/proc/nothing/");
    redirect_files("/proc/locks", "/proc/nothing/locks");
    host.set_property("--global", "email", "me@x.test");
    host.set_property("--global", "nginx-service-command", "/simulated/nginx", "nginx");
    test::write_file(environment.global_root() / "autorenew", "");
    test::write_file(environment.global_root() / "installation", "installed");
    history.host_on_since = history.resolver_fine_since = now();
}

Process& World::spawn(const std::string& name, Fate fate, std::function<int()> work) {
    Process& process = machine.start(name, [this, name, work = std::move(work)] {
        const int code = work();
        if (options.prints) chronicle.note("ended with " + std::to_string(code) + ": " + name);
        return code;
    });
    if (!options.is_calm && fate == Fate::may_die) choose_death(process);
    chronicle.note("started: " + name);
    return process;
}

/// Anywhere on its way, or while it writes at a place where much depends on it.
void World::choose_death(Process& process) {
    constexpr double kDies = 0.1;
    constexpr int kMostSteps = 600;
    constexpr int kMostWrites = 6;
    constexpr std::array kPlaces{"/tls/",   "/tls",       "/certs/",
                                 "/state/", "/accounts/", "/nginx.conf.d/"};
    if (!dice.chance(kDies)) return;
    const bool is_anywhere = dice.chance(0.5);
    process.steps_to_death = dice.between(1, is_anywhere ? kMostSteps : kMostWrites);
    if (!is_anywhere) process.deadly_path = kPlaces.at(dice.below(kPlaces.size()));
}

std::string World::any_app() {
    auto apps = dokku.apps();
    return apps.empty() ? "" : dice.pick(apps);
}

store::AppState World::state_of(const std::string& app) const {
    const store::LocalStore store{host.environment.global_root()};
    auto state = store.read_state(app);
    return state ? std::move(*state) : store::AppState{};
}

}  // namespace simulation
