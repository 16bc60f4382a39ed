#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "simulation/world.h"

namespace simulation {

/// What must hold whatever happens. Each function below is one sentence; the first that is broken
/// ends the simulation.
class Invariants {
  public:
    /// Looks on at each load of nginx, each order and each certificate.
    explicit Invariants(World& world);

    /// What is to hold at any time.
    void check();
    /// What a scheduled run that began then and was not killed leaves behind.
    void check_after_scheduled_run(base::UtcTime began);

  private:
    // at each load of nginx

    /// An app that nginx serves over https is served so until an operator takes that away.
    void no_pair_is_lost(const std::string& app, const LoadedConfig& now);
    /// A pair is replaced by one that lasts longer.
    void no_pair_ends_earlier(const std::string& app, const LoadedPair& before,
                              const LoadedPair& now);
    /// A name that leads here and was covered stays covered.
    void no_name_is_dropped(const std::string& app, const LoadedPair& before,
                            const LoadedPair& now);
    /// nginx finds nothing wrong with a pair for long.
    void no_pair_is_refused(const std::string& app, const std::string& words);

    // at the CA

    /// No order meets a limit that others have not used up, nor the same one again before its end.
    void no_limit_is_hit(const LimitHit& hit);
    /// No certificate is ordered while one for the same names is far from its renewal.
    void nothing_is_ordered_twice(const SimulatedCa& ca, const IssuedCertificate& fresh);
    /// What fails is tried less and less often.
    void no_storm_of_orders(const SimulatedCa& ca, const std::set<std::string>& names);
    void no_storm_of_runs(const SimulatedCa& ca);

    // at any time

    /// No app waits longer than a day, or a week where its CA wants that.
    void every_wait_is_bounded(const std::string& app);
    /// The index names no app later than its state does.
    void index_is_never_late();
    /// No run goes on for longer than ten hours.
    void every_run_ends();
    /// Where nothing has been in the way for days, an app has a certificate that is not about to
    /// end, for all its names.
    void every_healthy_app_is_served(const std::string& app);

    /// Each name of an enabled app is served, or its state says why it is not.
    void every_app_is_served_or_reported(const std::string& app, base::UtcTime began);

    bool is_excused(const std::string& app, std::chrono::seconds since) const;
    std::string app_of(const std::set<std::string>& names) const;
    bool is_healthy(const std::string& app) const;

    World& world_;
    std::map<std::pair<std::string, std::string>, base::UtcTime> told_to_wait_;
    std::map<std::string, std::vector<base::UtcTime>> orders_;
    std::map<std::string, std::vector<base::UtcTime>> runs_;  ///< that asked a CA
    std::map<std::string, pid_t> last_run_;
    std::map<std::string, base::UtcTime> refused_since_;
};

}  // namespace simulation
