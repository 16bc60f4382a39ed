#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/certificate_dates.h"
#include "ca/limits/limits.h"
#include "settings/read_settings.h"
#include "simulation/counting_ca.h"
#include "simulation/outages.h"
#include "store/app_state.h"

namespace simulation {

using std::chrono::minutes;

struct Kind {
    const char* name;
    seconds lifetime;
    bool has_ari;
};

struct App {
    const Kind* kind;
    std::string name;
    std::string domain;
    store::AppState state{};
    base::CertificateDates dates{};
};

struct Tally {
    int apps = 0;
    int issued = 0;
    int renewed = 0;  ///< with a window
    int inside = 0;   ///< of those, in the window
    int failed = 0;   ///< the CA did not answer
    int expired = 0;
    int too_early = 0;               ///< before any rule allows it
    seconds least_left = days{999};  ///< of a certificate when the next one came
};

/// What went wrong at the CA, or with what the operator was told.
struct Trouble {
    int refused = 0;       ///< by the CA, for a limit
    int held_back = 0;     ///< by the ledger
    int wrong_times = 0;   ///< of those, with a time that is more than a minute beside the CA's
    int most_batches = 0;  ///< within 24 hours
};

/// Apps of a host on a clock of its own. When each is renewed, tried again and held back is decided
/// by the product's own rules; here is what the retry job, the scheduled run and the ledger's file
/// do with them.
class Fleet {
  public:
    Fleet(UtcTime start, unsigned seed) : now_(start), dice_(seed) {}

    void fail_a_fifth_of_the_time(UtcTime until) { outages_ = Outages{now_, until, dice_}; }
    void add(const Kind& kind, const std::string& name, const std::string& domain);
    /// The same with a certificate that was issued at that time, by a program that kept no ledger.
    void add_installed(const Kind& kind, const std::string& name, UtcTime issued);
    void run_until(UtcTime end);

    const std::map<const Kind*, Tally>& tallies() const { return tallies_; }
    const Trouble& trouble() const { return trouble_; }

  private:
    /// An order that the CA took.
    struct Taken {
        App* app;
        CountingCa::Order order;
        bool is_renewal;
    };
    /// What the operator was told of one that is held back.
    struct Told {
        CountingCa::Order order;
        UtcTime until;
        int before;  ///< others that wait for the same, told in this run
    };
    /// One run: what it reads of the ledger, and the orders that it has under way.
    struct Run {
        ca::limits::Limits limits;
        std::vector<Taken> taken{};
        std::vector<Told> told{};
        std::map<std::string, int> waiting{};
        bool has_ordered = false;
    };

    void retry_job();
    void scheduled_run();
    std::vector<App*> due_apps(UtcTime until);
    void add_coming_renewals(std::vector<App*>& apps);
    void order_all(const std::vector<App*>& apps);
    void order(Run& run, App& app);
    void hold_back(Run& run, App& app, const CountingCa::Order& order,
                   const ca::limits::LimitReached& reached);
    void issue(Run& run, const Taken& taken);
    void check_told(const Run& run);
    void count_batch();
    void write(Run& run, const App& app, ledger::EntryKind kind,
               const ca::limits::PlannedOrder& planned);
    std::vector<ledger::Entry> read_ledger();

    bool is_due(const App& app) const;
    void install(App& app, UtcTime issued);
    void ask(App& app);
    void set_due(App& app);
    void fail(App& app, std::string_view cause, std::optional<UtcTime> not_before = {});
    static Window window_of(const App& app);
    static UtcTime earliest_renewal(const App& app);
    void count_expired();

    UtcTime now_;
    Dice dice_;
    Outages outages_;
    CountingCa ca_;
    settings::Settings settings_ = settings::resolve_settings({}, {});
    std::vector<std::unique_ptr<App>> apps_;
    std::set<std::pair<UtcTime, App*>> due_;
    std::set<const App*> expired_;
    std::vector<ledger::Entry> ledger_;
    std::deque<UtcTime> batches_;
    std::map<const Kind*, Tally> tallies_;
    Trouble trouble_;
    int serial_ = 0;
};

}  // namespace simulation
