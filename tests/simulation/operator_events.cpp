// What operators type.
#include "simulation/commands.h"
#include "simulation/event_tools.h"
#include "simulation/events.h"
#include "simulation/served.h"
#include "support/certificate_maker.h"

namespace simulation {
namespace {

/// Types it again each day until it says that it is done.
void type_enable_for(World& world, const std::string& app) {
    type(world, "enable", app, World::Fate::may_die, [](World& where, const std::string& one) {
        const int code = enable(where, one);
        if (code != 0 || !where.dokku.has_app(one)) return code;
        AppHistory& history = where.history.of(one);
        if (!history.is_wanted || history.has_custom) history.changed = where.now();
        history.is_wanted = true;
        history.has_custom = false;
        return code;
    });
    later(world, minutes{kDay}, [&world, app] {
        const AppHistory* history = world.history.find(app);
        if (history != nullptr && !history->is_wanted) type_enable_for(world, app);
    });
}

void add_domain_to(World& world, const std::string& app) {
    if (app.empty() || world.dokku.domains(app).size() > 4) return;
    const std::string name =
        "more" + std::to_string(world.dice.below(1000)) + "." + app + "-site.org";
    const auto point = [&world, name] { world.dns.set(name, NameLeads::here, world.now()); };
    world.dice.chance(0.6) ? point() : later(world, some_time(world, minutes{1}, 6 * kDay), point);
    type(world, "domains:add", app, World::Fate::lives,
         [name](World& where, const std::string& one) {
             where.history.of(one).domains_changed = where.now();
             where.dokku.add_domain(one, name);
             return 0;
         });
}

}  // namespace

void add_domain(World& world) {
    add_domain_to(world, world.any_app());
}

void remove_domain(World& world) {
    const std::string app = world.any_app();
    const std::string name = any_name(world, app);
    if (name.empty() || world.dokku.domains(app).size() < 2) return;
    type(world, "domains:remove", app, World::Fate::lives,
         [name](World& where, const std::string& one) {
             where.history.of(one).domains_changed = where.now();
             where.dokku.remove_domain(one, name);
             return 0;
         });
}

void deploy(World& world) {
    type(world, "deploy", world.any_app(), World::Fate::lives,
         [](World& where, const std::string& one) {
             if (where.dokku.has_app(one)) where.dokku.deploy(one);
             return 0;
         });
}

void type_enable(World& world) {
    const std::string app = world.any_app();
    if (!app.empty() && world.history.find(app) != nullptr) type_enable_for(world, app);
}

void type_retry(World& world) {
    type(world, "retry", world.any_app(), World::Fate::may_die, retry);
}

void type_disable(World& world) {
    const std::string app = world.any_app();
    if (app.empty()) return;
    world.history.of(app).is_wanted = false;
    world.history.of(app).changed = world.now();
    type(world, "disable", app, World::Fate::may_die, disable);
    later(world, some_time(world, minutes{1}, 5 * kDay), [&world, app] {
        if (world.history.find(app) != nullptr) type_enable_for(world, app);
    });
}

void add_certificate(World& world) {
    const std::string app = world.any_app();
    if (app.empty()) return;
    const auto key = test::make_key();
    test::CertificateSpec spec;
    spec.names = world.dokku.domains(app);
    if (spec.names.empty()) return;
    spec.common_name = spec.names.front();
    spec.not_before = world.now() - kDay;
    spec.not_after = world.now() + some_time(world, kDay, 60 * kDay);
    const std::string chain = test::make_certificate(spec, key);
    const std::string key_pem{key.to_pem().reveal()};
    world.history.of(app).has_custom = true;
    type(world, "certs:add", app, World::Fate::lives,
         [chain, key_pem](World& where, const std::string& one) {
             where.history.of(one).has_custom = true;
             where.history.of(one).changed = where.now();
             where.dokku.add_certificate(one, chain, key_pem);
             where.history.of(one).changed = where.now();
             return 0;
         });
    // Ours takes its place at its end.
    const auto end = std::chrono::ceil<minutes>(spec.not_after - world.now()) + minutes{1};
    later(world, end, [&world, app] {
        world.history.of(app).has_custom = false;
        world.history.of(app).changed = world.now();
    });
}

void remove_certificate(World& world) {
    const std::string app = world.any_app();
    if (app.empty()) return;
    type(world, "certs:remove", app, World::Fate::lives, [](World& where, const std::string& one) {
        AppHistory& history = where.history.of(one);
        // An operator who removes a pair of ours has switched the app off.
        history.is_wanted = history.is_wanted && is_custom_served(where, one);
        history.has_custom = false;
        history.changed = where.now();
        where.dokku.remove_certificate(one);
        history.changed = where.now();
        return 0;
    });
}

void destroy_app(World& world) {
    if (world.dokku.apps().size() < 3 || !world.is_host_on) return;
    const std::string app = world.any_app();
    world.history.forget(app);
    type(world, "apps:destroy", app, World::Fate::lives, [](World& where, const std::string& one) {
        if (where.dokku.has_app(one)) where.dokku.destroy(one);
        where.history.forget(one);
        return 0;
    });
}

void rename_app(World& world) {
    const std::string from = world.any_app();
    const std::string to = "app" + std::to_string(world.dice.between(1000, 9999));
    if (from.empty() || !world.is_host_on) return;
    world.spawn("apps:rename " + from + " " + to, World::Fate::lives, [&world, from, to] {
        if (!world.dokku.has_app(from)) return 1;
        world.history.rename(from, to);
        world.history.of(to).changed = world.now();
        world.dokku.rename(from, to);
        world.history.of(to).changed = world.now();
        world.history.forget(from);
        return 0;
    });
}

/// What several people type for one app within a minute, or cron begins meanwhile.
void do_many_at_once(World& world) {
    const std::string app = world.any_app();
    if (app.empty() || world.history.find(app) == nullptr) return;
    for (int count = world.dice.between(2, 5); count > 0; --count) {
        const auto after = std::chrono::milliseconds{world.dice.between(0, 40'000)};
        const std::size_t which = world.dice.below(5);
        world.machine.call_at(world.machine.now() + after, [&world, app, which] {
            if (world.history.find(app) == nullptr) return;
            if (which < 2) return type_enable_for(world, app);
            if (which == 2) return type(world, "retry", app, World::Fate::may_die, retry);
            if (which == 3) return add_domain_to(world, app);
            world.spawn("auto-renew --scheduled", World::Fate::may_die,
                        [&world] { return run_scheduled(world); });
        });
    }
}

/// Some are below a common domain, others have one of their own.
void create_app(World& world) {
    const auto number = world.dice.below(100'000);
    const std::string app = "app" + std::to_string(number);
    if (world.dokku.has_app(app) || world.dokku.apps().size() > 5) return;
    const std::string domain =
        world.dice.chance(0.5) ? app + ".common-domain.com" : app + "-site.org";
    std::vector<std::string> domains{domain};
    for (int more = world.dice.between(0, 2); more > 0; --more)
        domains.push_back("www" + std::to_string(more) + "." + domain);
    for (const std::string& one : domains)
        world.dns.set(one, NameLeads::here, world.now());
    const bool is_at_other = world.dice.chance(0.25);
    type(world, "apps:create", app, World::Fate::lives,
         [domains, is_at_other](World& where, const std::string& one) {
             AppHistory history;
             history.created = history.changed = history.domains_changed = where.now();
             history.is_at_other_ca = is_at_other;
             where.history.of(one) = history;
             if (is_at_other) {
                 where.host.set_property(one, "server", where.other.directory_url());
             }
             where.dokku.create(one, domains);
             type_enable_for(where, one);
             return 0;
         });
}

}  // namespace simulation
