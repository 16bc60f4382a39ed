// What the world does: CAs, the DNS, the host itself.
#include <array>
#include <filesystem>

#include "simulation/event_tools.h"
#include "simulation/events.h"
#include "simulation/served.h"
#include "support/files.h"

namespace simulation {
namespace {

void change_weather(World& world, SimulatedCa& ca) {
    constexpr std::array kBad{Weather::refusing, Weather::silent, Weather::failing,
                              Weather::busy,     Weather::slow,   Weather::odd};
    if (ca.weather() != Weather::fine) return;
    ca.set_weather(kBad.at(world.dice.below(kBad.size())));
    later(world, some_time(world, minutes{20}, 4 * kDay), [&ca] { ca.set_weather(Weather::fine); });
}

IssuedCertificate* any_loaded(World& world) {
    const auto& pairs = world.nginx.loaded().pairs;
    if (pairs.empty()) return nullptr;
    auto one = pairs.begin();
    std::advance(one, static_cast<std::ptrdiff_t>(world.dice.below(pairs.size())));
    return find_issued(world, one->second.fingerprint);
}

}  // namespace

void storm_at_production(World& world) {
    change_weather(world, world.production);
}

void storm_at_other(World& world) {
    change_weather(world, world.other);
}

void storm_at_staging(World& world) {
    change_weather(world, world.staging);
}

void lose_name(World& world) {
    constexpr std::array kWrong{NameLeads::elsewhere, NameLeads::into_silence, NameLeads::nowhere,
                                NameLeads::broken};
    const std::string app = world.any_app();
    const std::string name = any_name(world, app);
    if (name.empty() || world.dns.leads(name) != NameLeads::here) return;
    world.dns.set(name, kWrong.at(world.dice.below(kWrong.size())), world.now());
    world.chronicle.note(name + " leads away");
    const minutes most = world.dice.chance(0.1) ? 60 * kDay : 8 * kDay;
    later(world, some_time(world, minutes{5}, most), [&world, name] {
        world.dns.set(name, NameLeads::here, world.now());
        world.chronicle.note(name + " leads here again");
    });
}

void silence_resolver(World& world) {
    const bool is_stale = world.dice.chance(0.5);
    is_stale ? world.dns.set_stale(true) : world.dns.set_silent(true);
    world.history.resolver_fine_since = world.now() + 4000 * kDay;
    world.chronicle.note(is_stale ? "the resolver is stale" : "the resolver is silent");
    later(world, some_time(world, minutes{5}, 2 * kDay), [&world] {
        world.dns.set_stale(false);
        world.dns.set_silent(false);
        world.history.resolver_fine_since = world.now();
    });
}

void revoke(World& world) {
    IssuedCertificate* one = any_loaded(world);
    if (one == nullptr) return;
    world.chronicle.note("revoked: the certificate of " + *one->names.begin());
    (world.production.is_issuer_of(*one) ? world.production : world.other).revoke(*one);
}

void call_back(World& world) {
    IssuedCertificate* one = any_loaded(world);
    if (one == nullptr) return;
    world.chronicle.note("called back: the certificate of " + *one->names.begin());
    (world.production.is_issuer_of(*one) ? world.production : world.other).call_back(*one);
}

void issue_to_neighbours(World& world) {
    for (int count = world.dice.between(1, 60); count > 0; --count)
        world.production.issue_to_others("common-domain.com");
}

void set_clock_wrong(World& world) {
    if (!world.machine.is_clock_right()) return;
    const auto by = some_time(world, minutes{2}, 20 * kDay) * (world.dice.chance(0.5) ? 1 : -1);
    world.machine.set_clock_wrong(by);
    world.history.last_clock_fault = world.now() + 4000 * kDay;
    world.chronicle.note("the clock is wrong by " + std::to_string(by.count()) + " minutes");
    later(world, some_time(world, minutes{5}, 3 * kDay), [&world] {
        world.machine.set_clock_wrong(minutes{0});
        world.history.last_clock_fault = world.now();
        world.chronicle.note("the clock is right again");
    });
}

void switch_host_off(World& world) {
    if (!world.is_host_on) return;
    world.is_host_on = false;
    world.machine.reboot();
    world.chronicle.note("the host is off");
    later(world, some_time(world, minutes{2}, 12 * kDay), [&world] {
        world.is_host_on = true;
        world.history.host_on_since = world.now();
        world.chronicle.note("the host is on");
        if (!world.nginx.test()) world.nginx.reload();
    });
}

/// Some program, or a disk, has damaged or removed files of the app.
void damage_files(World& world) {
    namespace fs = std::filesystem;
    const std::string app = world.any_app();
    // What becomes of an operator's own pair is the operator's business.
    if (app.empty() || is_custom_served(world, app)) return;
    const fs::path root = world.host.environment.root / app;
    const fs::path state = world.host.environment.global_root() / "state" / (app + ".json");
    world.history.of(app).damaged = world.now();
    world.chronicle.note("files are damaged: " + app);
    switch (world.dice.below(5)) {
        case 0:
            fs::remove(root / "letsencrypt" / "certs" / "current");
            return;
        case 1:
            fs::remove_all(root / "tls");
            return;
        case 2:
            if (fs::exists(root / "tls" / "server.key"))
                test::write_file(root / "tls" / "server.key", "no key\n");
            return;
        case 3:
            if (fs::exists(state)) test::write_file(state, "{ half of it");
            return;
        default:
            fs::remove(world.host.environment.global_root() / "state" / "due");
    }
}

}  // namespace simulation
