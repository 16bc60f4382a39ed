#include "simulation/invariants.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "simulation/served.h"

namespace simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr hours kDay{24};

std::string text_of(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

std::size_t count_since(std::vector<base::UtcTime>& times, base::UtcTime since) {
    std::erase_if(times, [&](base::UtcTime time) { return time < since; });
    return times.size();
}

}  // namespace

Invariants::Invariants(World& world) : world_(world) {
    world_.nginx.on_load = [this](const LoadedConfig& before, const LoadedConfig& now) {
        refused_since_.clear();
        for (const auto& [app, pair] : before.pairs) {
            const auto found = now.pairs.find(app);
            if (found == now.pairs.end()) {
                no_pair_is_lost(app, now);
                continue;
            }
            no_pair_ends_earlier(app, pair, found->second);
            no_name_is_dropped(app, pair, found->second);
        }
    };
    world_.nginx.on_refusal = [this](const std::string& app, const std::string& words) {
        no_pair_is_refused(app, words);
    };
    for (SimulatedCa* ca : {&world_.production, &world_.staging, &world_.other}) {
        ca->on_limit = [this](const LimitHit& hit) { no_limit_is_hit(hit); };
        ca->on_issue = [this](const SimulatedCa& by, const IssuedCertificate& one) {
            nothing_is_ordered_twice(by, one);
        };
        ca->on_order = [this](const SimulatedCa& at, const std::set<std::string>& names) {
            no_storm_of_orders(at, names);
        };
        ca->on_request = [this](const SimulatedCa& at) { no_storm_of_runs(at); };
    }
}

/// Has an operator, within that time, done to the app what explains it?
bool Invariants::is_excused(const std::string& app, std::chrono::seconds since) const {
    const AppHistory* history = world_.history.find(app);
    if (history == nullptr || !history->is_wanted || history->has_custom) return true;
    // The next scheduled run mends what it can.
    const auto mended_from = std::max(history->damaged, world_.history.host_on_since);
    const bool is_damaged =
        history->damaged != base::UtcTime{} &&
        (mended_from == history->damaged || mended_from - history->damaged < 20 * kDay);
    if (is_damaged && world_.now() - mended_from < since + hours{27}) return true;
    return world_.now() - history->changed < since || is_custom_served(world_, app);
}

void Invariants::no_pair_is_lost(const std::string& app, const LoadedConfig& /*now*/) {
    if (is_excused(app, hours{1}) || world_.dokku.domains(app).empty()) return;
    world_.chronicle.violate("no pair is lost", app + " had https and has it no more");
}

void Invariants::no_pair_ends_earlier(const std::string& app, const LoadedPair& before,
                                      const LoadedPair& now) {
    if (now.not_after >= before.not_after || is_excused(app, hours{1})) return;
    const IssuedCertificate* known = find_issued(world_, before.fingerprint);
    if (known == nullptr || known->revoked) return;
    world_.chronicle.violate("no pair ends earlier",
                             app + " had a pair until " + base::to_readable(before.not_after) +
                                 " and has one until " + base::to_readable(now.not_after));
}

void Invariants::no_name_is_dropped(const std::string& app, const LoadedPair& before,
                                    const LoadedPair& now) {
    if (is_excused(app, hours{1})) return;
    const IssuedCertificate* known = find_issued(world_, before.fingerprint);
    if (known == nullptr || known->revoked) return;
    for (const std::string& name : world_.dokku.domains(app)) {
        if (!before.covers(name) || now.covers(name)) continue;
        // One that has failed for long may leave.
        if (world_.dns.here_for(name, world_.now()) < 30 * kDay) continue;
        world_.chronicle.violate("no name is dropped", fmt::format("{} has lost {}", app, name));
    }
}

void Invariants::no_pair_is_refused(const std::string& app, const std::string& words) {
    const base::UtcTime since = refused_since_.try_emplace(app, world_.now()).first->second;
    const bool is_mismatch = words.find("mismatch") != std::string::npos;
    if (!is_mismatch && world_.now() - since < minutes{30}) return;
    if (is_excused(app, hours{1})) return;
    world_.chronicle.violate("no pair is refused", app + ": " + words);
}

void Invariants::no_limit_is_hit(const LimitHit& hit) {
    const auto [told, is_first] = told_to_wait_.try_emplace({hit.limit, hit.subject}, hit.free_at);
    const bool is_over = !is_first && told->second <= world_.now() + minutes{1};
    if (hit.by_others && (is_first || is_over)) {
        told->second = hit.free_at;
        return;
    }
    world_.chronicle.violate("no limit is hit", hit.limit + " of " + hit.subject);
}

std::string Invariants::app_of(const std::set<std::string>& names) const {
    for (const std::string& app : world_.dokku.apps()) {
        const auto domains = world_.dokku.domains(app);
        const bool any = std::any_of(domains.begin(), domains.end(),
                                     [&](const std::string& one) { return names.contains(one); });
        if (any) return app;
    }
    return {};
}

void Invariants::nothing_is_ordered_twice(const SimulatedCa& ca, const IssuedCertificate& fresh) {
    constexpr double kEarly = 0.6;  // of its life
    // No app is served by that CA: it rehearses, before each try, what failed before.
    if (!ca.character().is_trusted) return;
    const std::string app = app_of(fresh.names);
    const AppHistory* history = world_.history.find(app);
    if (history == nullptr) return;
    // Of an order of which only nonsense was told for a day another one is made.
    const bool is_unreadable =
        ca.weather() == Weather::odd && world_.now() - ca.weather_since() >= kDay;
    if (is_unreadable) return;
    for (const IssuedCertificate* known : ca.certificates_for(fresh.names)) {
        const IssuedCertificate& one = *known;
        if (&one == &fresh || one.revoked || one.window_end < world_.now()) continue;
        const auto age = std::chrono::duration<double>(world_.now() - one.issued);
        const auto life = std::chrono::duration<double>(one.not_after - one.issued);
        const base::UtcTime since = std::min(one.ordered, fresh.ordered);
        if (age > life * kEarly || history->changed >= since || history->damaged >= since) continue;
        // Who types `enable` after a change of domains asks for a certificate by that. Where the CA
        // takes hours, and the new name waits meanwhile, there are orders for two sets of names.
        const bool took_long =
            std::max(one.issued - one.ordered, fresh.issued - fresh.ordered) > minutes{30};
        const auto leeway = took_long ? std::chrono::seconds{kDay} : minutes{10};
        if (history->domains_changed + leeway >= since) continue;
        world_.chronicle.violate("nothing is ordered twice",
                                 text_of(one.names) + " were certified at " +
                                     base::to_readable(one.issued) + " already");
    }
}

void Invariants::no_storm_of_orders(const SimulatedCa& ca, const std::set<std::string>& names) {
    constexpr std::size_t kMany = 24;
    auto& times = orders_[ca.character().host + " " + text_of(names)];
    times.push_back(world_.now());
    if (count_since(times, world_.now() - kDay) <= kMany) return;
    world_.chronicle.violate("no storm of orders", text_of(names));
}

void Invariants::no_storm_of_runs(const SimulatedCa& ca) {
    constexpr std::size_t kMany = 150;
    const std::string& host = ca.character().host;
    const pid_t run = world_.machine.current_pid();
    if (std::exchange(last_run_[host], run) == run) return;
    auto& times = runs_[host];
    times.push_back(world_.now());
    if (times.size() < kMany || count_since(times, world_.now() - kDay) <= kMany) return;
    world_.chronicle.violate("no storm of runs", host);
}

void Invariants::check() {
    index_is_never_late();
    every_run_ends();
    for (const std::string& app : world_.dokku.apps()) {
        every_wait_is_bounded(app);
        every_healthy_app_is_served(app);
    }
}

void Invariants::every_wait_is_bounded(const std::string& app) {
    if (world_.now() - world_.history.last_clock_fault < kDay) return;
    const auto state = world_.state_of(app);
    const base::UtcTime latest = world_.machine.wall_time() + hours{25};
    for (const auto& name : state.names) {
        if (!name.next_try || *name.next_try <= latest) continue;
        const bool is_asked = name.not_before && *name.next_try <= *name.not_before + hours{25} &&
                              *name.not_before <= latest + 7 * kDay;
        if (is_asked || state.installed) continue;
        world_.chronicle.violate("every wait is bounded",
                                 app + " waits until " + base::to_readable(*name.next_try) +
                                     " for " + name.name + " (" + name.cause + ")");
    }
}

void Invariants::index_is_never_late() {
    if (!world_.machine.all().empty()) return;
    const store::LocalStore store{world_.host.environment.global_root()};
    const auto head = store.due_head();
    if (!head) return;
    for (const std::string& app : world_.dokku.apps()) {
        const auto due = world_.state_of(app).due;
        if (!due || (head->earliest && *head->earliest <= *due)) continue;
        world_.chronicle.violate("the index is never late",
                                 app + " is due at " + base::to_readable(*due));
    }
}

void Invariants::every_run_ends() {
    for (const Process* process : world_.machine.all()) {
        const auto age = world_.machine.now() - process->started;
        if (age < hours{11}) continue;
        world_.chronicle.violate("every run ends", process->name);
    }
}

bool Invariants::is_healthy(const std::string& app) const {
    const base::UtcTime now = world_.now();
    if (is_excused(app, 4 * kDay)) return false;
    const AppHistory& history = *world_.history.find(app);
    const SimulatedCa& ca = ca_of(world_, app);
    const bool is_fine = ca.weather() == Weather::fine && now - ca.fine_since() > 4 * kDay &&
                         now - world_.history.host_on_since > 4 * kDay && world_.is_host_on &&
                         now - world_.history.last_clock_fault > 4 * kDay &&
                         now - world_.history.resolver_fine_since > 4 * kDay &&
                         now - history.domains_changed > 4 * kDay;
    const auto domains = world_.dokku.domains(app);
    return is_fine && std::all_of(domains.begin(), domains.end(), [&](const std::string& name) {
               return world_.dns.here_for(name, now) > 4 * kDay;
           });
}

void Invariants::every_healthy_app_is_served(const std::string& app) {
    if (!is_healthy(app)) return;
    const SimulatedCa& ca = ca_of(world_, app);
    const auto& loaded = world_.nginx.loaded();
    for (const std::string& name : world_.dokku.domains(app)) {
        const LoadedPair* pair = served_for(loaded, app, name);
        const bool is_good =
            pair != nullptr && pair->not_after - world_.now() > ca.character().lifetime / 5;
        if (is_good) continue;
        const std::string why = pair == nullptr
                                    ? "has no certificate"
                                    : "has one until " + base::to_readable(pair->not_after);
        world_.chronicle.violate("every healthy app is served",
                                 fmt::format("{} of {} {}", name, app, why));
    }
}

void Invariants::check_after_scheduled_run(base::UtcTime began) {
    for (const std::string& app : world_.dokku.apps())
        every_app_is_served_or_reported(app, began);
}

void Invariants::every_app_is_served_or_reported(const std::string& app, base::UtcTime began) {
    const AppHistory* history = world_.history.find(app);
    if (is_excused(app, world_.now() - began + hours{1})) return;
    if (began - history->domains_changed < kDay) return;
    const auto state = world_.state_of(app);
    for (const std::string& name : world_.dokku.domains(app)) {
        const LoadedPair* pair = served_for(world_.nginx.loaded(), app, name);
        if (pair != nullptr && pair->not_after > world_.machine.wall_time()) continue;
        const store::NameState* known = store::find_name(state, name);
        if (known != nullptr && !known->cause.empty()) continue;
        world_.chronicle.violate("every app is served or reported",
                                 fmt::format("{} of {}", name, app));
    }
}

}  // namespace simulation
