#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/path.h"
#include "dokku/environment.h"
#include "simulation/dice.h"
#include "simulation/seams/seams.h"
#include "simulation/simulated_nginx.h"

namespace simulation {

/// Dokku on the simulated host: its files, its commands with the hooks that they fire, and the
/// programs that the product starts. All but the constructor is called by a simulated process.
class SimulatedDokku {
  public:
    /// Runs a hook or a program of the product; gives its exit code. `mark`:
    /// DOKKU_LETSENCRYPT_RUN.
    using ProductProgram =
        std::function<int(const std::vector<std::string>& words, const std::string& mark)>;

    SimulatedDokku(const dokku::Environment& environment, SimulatedNginx& nginx, Dice& dice)
        : environment_(environment), nginx_(nginx), dice_(dice) {}

    void set_product(ProductProgram product) { product_ = std::move(product); }

    /// What a program that the product starts does.
    int run(const ProgramCall& call);

    // files, without hooks

    void write_domains(const std::string& app, const std::vector<std::string>& domains) const;
    std::vector<std::string> domains(const std::string& app) const;
    std::vector<std::string> apps() const;
    bool has_app(const std::string& app) const;

    // commands of an operator; each runs to its end, hooks and rebuilds included

    void create(const std::string& app, const std::vector<std::string>& domains);
    void add_domain(const std::string& app, const std::string& domain);
    void remove_domain(const std::string& app, const std::string& domain);
    void add_certificate(const std::string& app, const std::string& chain, const std::string& key);
    void remove_certificate(const std::string& app);
    void deploy(const std::string& app);
    void destroy(const std::string& app);
    void rename(const std::string& from, const std::string& to);
    int rebuild(const std::string& app, const std::string& mark = "");

  private:
    int trigger(const std::vector<std::string>& words, const std::string& mark);
    static void fire(const std::vector<std::string>& words, const std::string& mark = "");
    void write_vhost(const std::string& app);
    void take(int least_ms, int most_ms);
    base::Path folder(const std::string& app) const { return environment_.root / app; }

    const dokku::Environment& environment_;
    SimulatedNginx& nginx_;
    Dice& dice_;
    ProductProgram product_;
};

}  // namespace simulation
