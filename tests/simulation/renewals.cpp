// Many certificates over a long time, on a clock of its own and at a CA that is down a fifth of the
// time: when each is renewed, tried again, and held back by limits is decided by the product's own
// rules. Prints one line for each kind of certificate; exit code 1 if one expired, was renewed
// twice in a window, or the CA's limits were reached.
//
//   simulate-renewals [DAYS [APPS]]      400 days, 20 apps of each kind

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "dokku/settings.h"
#include "lifecycle/cause.h"
#include "lifecycle/limits.h"
#include "lifecycle/name_record.h"
#include "lifecycle/policy.h"
#include "lifecycle/renewal_plan.h"

namespace {

using base::UtcTime;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kServer{dokku::kProductionServer};
const std::string kAccount = kServer + "/acct/1";

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    double roll() { return std::uniform_real_distribution<>{0.0, 1.0}(engine_); }
    seconds between(seconds least, seconds most) {
        return seconds{
            std::uniform_int_distribution<long long>{least.count(), most.count()}(engine_)};
    }

  private:
    std::mt19937 engine_;
};

/// Times at which the CA does not answer: as much as a fifth of all time, minutes to a day long.
class Outages {
  public:
    Outages(UtcTime from, UtcTime until, Dice& dice) {
        for (UtcTime at = from; at < until;) {
            const seconds down = dice.between(minutes{10}, hours{20});
            at += 4 * down + dice.between(seconds{0}, minutes{10});
            down_.push_back({at, at + down});
            at += down;
        }
    }
    bool is_down(UtcTime at) const {
        const auto after =
            std::upper_bound(down_.begin(), down_.end(), at,
                             [](UtcTime time, const Span& span) { return time < span.from; });
        return after != down_.begin() && at < std::prev(after)->until;
    }

  private:
    struct Span {
        UtcTime from, until;
    };
    std::vector<Span> down_;
};

/// The CA's own count of what its limits are about, apart from the product's ledger.
class Counter {
  public:
    /// How many within `span`, this one included.
    std::size_t add(const std::string& key, UtcTime at, seconds span) {
        auto& times = times_[key];
        times.push_back(at);
        while (times.front() <= at - span)
            times.pop_front();
        return times.size();
    }

  private:
    std::map<std::string, std::deque<UtcTime>> times_;
};

struct Kind {
    const char* name;
    seconds lifetime;
    bool has_ari;
};

struct App {
    const Kind* kind;
    std::string name;
    store::AppState state;
    base::CertificateDates dates{};
    std::string replaced_id;
};

struct Tally {
    int issued = 0;
    int failed = 0;
    int held_back = 0;  ///< by our own ledger
    int expired = 0;
    int too_early = 0;               ///< a second certificate within one window
    seconds least_left = days{999};  ///< of a certificate when the next one came
};

class Simulation {
  public:
    Simulation(int day_count, int apps_of_each)
        : now_(base::from_unix(1'800'000'000)),
          end_(now_ + days{day_count}),
          outages_(now_ + days{1}, end_, dice_),
          limits_({}) {
        for (const Kind& kind : kKinds) {
            for (int i = 0; i < apps_of_each; ++i) {
                App app{&kind, "app" + std::to_string(apps_.size()) + ".example.org", {}, {}, {}};
                app.state.enabled = true;
                apps_.push_back(std::move(app));
            }
        }
    }

    bool run() {
        for (App& app : apps_)
            order(app);
        for (; now_ < end_; now_ += minutes{1}) {
            const auto minute = (now_.time_since_epoch() / minutes{1}) % (12 * 60);
            if (minute == kRunMinute) scheduled_run();
            for (App& app : apps_) {
                if (app.state.due && *app.state.due <= now_) look(app);
                if (app.state.installed && now_ >= app.dates.not_after &&
                    !std::exchange(expired_[&app], true)) {
                    ++tally_[app.kind].expired;
                }
            }
        }
        return print();
    }

  private:
    static constexpr long long kRunMinute = 421;
    inline static const std::vector<Kind> kKinds{
        {"6 days, ARI", days{6}, true},   {"6 days", days{6}, false},
        {"45 days, ARI", days{45}, true}, {"45 days", days{45}, false},
        {"90 days, ARI", days{90}, true}, {"90 days", days{90}, false}};

    void scheduled_run() {
        for (App& app : apps_) {
            if (!app.state.installed) continue;
            ask(app);
            if (is_due(app)) order(app);
        }
    }

    /// The minute's run: a renewal that failed has its own time.
    void look(App& app) {
        const auto& name = app.state.names.front();
        const bool waits = name.next_try && *name.next_try > now_;
        if (is_due(app) && !waits) return order(app);
        set_due(app);
    }

    bool is_due(const App& app) const {
        if (!app.state.installed) return true;
        return lifecycle::renewal_time({app.dates, std::nullopt, true,
                                        lifecycle::ari_moment(app.state, app.dates.not_after)})
                   .at < now_;
    }

    void set_due(App& app) const {
        app.state.due = lifecycle::next_look_at(app.state, lifecycle::CustomEnd::awaited, now_);
        const auto renewal = lifecycle::short_lived_renewal(settings_, app.state);
        if (renewal && *renewal > now_ && (!app.state.due || *renewal < *app.state.due)) {
            app.state.due = renewal;
        }
    }

    /// As Let's Encrypt's windows are: two days around two thirds of the lifetime, of short ones
    /// some hours.
    acme::RenewalInfo window_of(const App& app) const {
        const seconds half = app.kind->lifetime / 45;
        const UtcTime middle = app.dates.not_before + app.kind->lifetime * 2 / 3;
        acme::RenewalInfo info;
        info.start = middle - half;
        info.end = middle + half;
        return info;
    }

    void ask(App& app) {
        if (!app.kind->has_ari) return;
        auto& plan = app.state.renewal;
        const std::string& fingerprint = app.state.installed->fingerprint;
        if (!plan || plan->fingerprint != fingerprint) {
            plan = store::RenewalPlan{};
            plan->fingerprint = fingerprint;
        }
        if (plan->next_ask && *plan->next_ask > now_) return;
        plan = outages_.is_down(now_)
                   ? lifecycle::plan_after(*plan, lifecycle::Silence::unanswered, now_)
                   : lifecycle::plan_after(*plan, window_of(app), now_, dice_.roll());
    }

    void order(App& app) {
        Tally& tally = tally_[app.kind];
        const bool first = !app.state.installed;
        lifecycle::OrderWish wish{
            kServer, kAccount, {app.name}, !first, app.kind->has_ari && !first};
        if (const auto reached = limits_.judge(wish, now_)) {
            ++tally.held_back;
            return fail(app, lifecycle::cause::kRateLimited, reached->until);
        }
        if (outages_.is_down(now_)) {
            ++tally.failed;
            return fail(app, lifecycle::cause::kCaUnreachable);
        }
        count_at_ca(app, wish);
        if (!first) {
            const seconds left = app.dates.not_after - now_;
            tally.least_left = std::min(tally.least_left, left);
            if (now_ < earliest_renewal(app)) ++tally.too_early;
        }
        issue(app);
    }

    /// No rule allows it before.
    UtcTime earliest_renewal(const App& app) const {
        if (app.kind->has_ari) return window_of(app).start;
        return app.dates.not_after - app.kind->lifetime / 2;
    }

    void issue(App& app) {
        ++tally_[app.kind].issued;
        app.dates = {now_, now_ + app.kind->lifetime};
        expired_[&app] = false;
        app.state.installed = store::InstalledPair{std::to_string(++serial_),
                                                   store::Owner::ours,
                                                   app.dates.not_after,
                                                   app.dates.not_before,
                                                   kServer,
                                                   kAccount};
        ask(app);
        lifecycle::record_name(app.state, {app.name}, now_, dice_.roll());
        set_due(app);
    }

    void fail(App& app, std::string_view cause, std::optional<UtcTime> not_before = {}) {
        lifecycle::NameOutcome outcome{app.name, store::NameStatus::in_use, cause};
        outcome.not_before = not_before;
        if (app.state.installed) outcome.covered_until = app.dates.not_after;
        lifecycle::record_name(app.state, outcome, now_, dice_.roll());
        set_due(app);
    }

    void count_at_ca(const App& app, const lifecycle::OrderWish& wish) {
        store::LedgerEntry entry;
        entry.at = now_;
        entry.server = kServer;
        entry.account = kAccount;
        entry.names = wish.names;
        entry.exempt = wish.replaces;
        entry.renewal = wish.renewal;
        for (const auto kind : {store::LedgerKind::order, store::LedgerKind::certificate}) {
            entry.kind = kind;
            limits_.note(entry);
        }
        if (wish.replaces) return;
        const auto check = [this](const char* limit, const std::string& key, seconds span,
                                  std::size_t most) {
            const std::size_t count = counter_.add(limit + key, now_, span);
            auto& worst = worst_[limit];
            worst = std::max(worst, count);
            if (count > most) exceeded_ = true;
        };
        check("per exact set", app.name, days{7}, 5);
        if (wish.renewal) return;
        check("orders per account", "", hours{3}, 300);
        check("per registered domain", "example.org", days{7}, 50);
    }

    bool print() const {
        bool good = !exceeded_;
        std::printf("%-14s %5s %7s %7s %9s %12s %8s %9s\n", "lifetime", "apps", "issued", "failed",
                    "held back", "least left", "expired", "too early");
        for (const Kind& kind : kKinds) {
            const auto apps = std::count_if(apps_.begin(), apps_.end(),
                                            [&](const App& app) { return app.kind == &kind; });
            const Tally& tally = tally_.at(&kind);
            std::printf("%-14s %5td %7d %7d %9d %10.1f d %8d %9d\n", kind.name, apps, tally.issued,
                        tally.failed, tally.held_back,
                        static_cast<double>(tally.least_left.count()) / 86'400.0, tally.expired,
                        tally.too_early);
            good = good && tally.expired == 0 && tally.too_early == 0;
        }
        for (const auto& [limit, worst] : worst_)
            std::printf("most %s: %zu\n", limit.c_str(), worst);
        std::printf("%s\n", good ? "ok" : "FAILED");
        return good;
    }

    Dice dice_{4'711};
    UtcTime now_;
    UtcTime end_;
    Outages outages_;
    lifecycle::Limits limits_;
    dokku::Settings settings_ = dokku::resolve_settings({}, {});
    std::vector<App> apps_;
    std::map<const App*, bool> expired_;
    std::map<const Kind*, Tally> tally_;
    Counter counter_;
    std::map<std::string, std::size_t> worst_;
    bool exceeded_ = false;
    int serial_ = 0;
};

int number_at(int argc, char** argv, int index, int otherwise) {
    return argc > index ? std::atoi(argv[index]) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
    Simulation simulation{number_at(argc, argv, 1, 400), number_at(argc, argv, 2, 20)};
    return simulation.run() ? 0 : 1;
}
