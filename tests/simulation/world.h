#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simulation/chronicle.h"
#include "simulation/dice.h"
#include "simulation/history.h"
#include "simulation/kernel/kernel.h"
#include "simulation/simulated_ca.h"
#include "simulation/simulated_dns.h"
#include "simulation/simulated_dokku.h"
#include "simulation/simulated_nginx.h"
#include "store/local_store.h"
#include "support/dokku_host.h"

namespace simulation {

/// What a simulation is like.
struct Options {
    std::uint64_t seed = 1;
    int days = 400;
    bool prints = false;      ///< each event
    bool is_verbose = false;  ///< and each line of the product
    bool is_calm = false;     ///< nothing goes wrong, and no operator does anything
};

/// A host with Dokku and the product, the CAs and the DNS around it, and what has happened so far.
struct World {
    explicit World(const Options& given);
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    World(World&&) = delete;
    World& operator=(World&&) = delete;
    ~World() = default;

    /// A process of an operator or of cron. Perhaps it is killed on its way, if it may be.
    enum class Fate { lives, may_die };
    Process& spawn(const std::string& name, Fate fate, std::function<int()> work);

    base::UtcTime now() const { return machine.true_time(); }
    /// An app of which an operator asks for nothing else now; "" if there is none.
    std::string any_app();
    /// What the product has written down of it.
    store::AppState state_of(const std::string& app) const;

    Options options;
    Dice dice;
    Kernel machine;
    Chronicle chronicle;
    bool is_verbose;
    test::DokkuHost host;
    SimulatedDns dns;
    SimulatedNginx nginx;
    SimulatedCa production;
    SimulatedCa staging;
    SimulatedCa other;
    TheWeb web;
    SelfFetch self_fetch;
    SimulatedDokku dokku;
    History history;
    bool is_host_on = true;
    std::function<void()> on_process_end;

  private:
    void prepare_host();
    void choose_death(Process& process);
};

}  // namespace simulation
