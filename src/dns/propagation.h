#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "dns/provider.h"
#include "dns/resolver.h"

namespace dns {

/// How to make sure that a record is where a CA will look for it.
struct PropagationRules {
    std::optional<std::chrono::seconds> fixed_wait{};  ///< wait this long and ask no server
    bool ask_authoritative = true;                     ///< every server that speaks for the zone
    bool ask_recursive = false;                        ///< the configured resolvers too
    std::chrono::seconds timeout{60};                  ///< of the whole wait
    std::chrono::seconds interval{2};  ///< pause between two rounds; at least 1 s is kept
};

/// The wait until every server asked shows every record, in checks that do not sleep. Servers that
/// cannot be found or reached, refuse or do not speak for the zone say nothing and delay nothing;
/// so does a zone without servers. Recursive resolvers are asked only once the authoritative
/// servers show the record, because they remember what they did not find.
class Propagation {
  public:
    /// Finds the servers to ask. `clock` outlives it.
    static async::Task<std::unique_ptr<Propagation>> open(const Resolver& resolver,
                                                          std::vector<ChallengeRecord> records,
                                                          PropagationRules rules,
                                                          const base::Clock& clock);
    ~Propagation();
    Propagation(const Propagation&) = delete;
    Propagation& operator=(const Propagation&) = delete;
    Propagation(Propagation&&) = delete;
    Propagation& operator=(Propagation&&) = delete;

    /// One round. Nothing once all records are seen, else when to look again. `timeout` names a
    /// record and a server that does not show it; it comes as soon as another round would start too
    /// late.
    async::Task<base::Result<std::optional<base::Clock::Monotonic>>> check();

    /// Has any server shown a record? Not after a fixed wait, nor where no server could be asked.
    bool has_seen() const;

  private:
    struct Plan;
    explicit Propagation(std::unique_ptr<Plan> plan);
    std::unique_ptr<Plan> plan_;
};

}  // namespace dns
