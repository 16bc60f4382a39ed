#include "simulation/fleet.h"

#include <algorithm>

#include "ledger/ledger.h"
#include "renewal/renewal_plan.h"
#include "renewal/rule.h"
#include "settings/known_servers.h"
#include "status/name_outcome.h"
#include "store/cause.h"

namespace simulation {
namespace {

const std::string kServer{settings::kProductionServer};
const std::string kAccount = kServer + "/acct/1";
constexpr std::size_t kInFlight = 16;
constexpr seconds kPerDomain{12'096};

}  // namespace

void Fleet::add(const Kind& kind, const std::string& name, const std::string& domain) {
    apps_.push_back(std::make_unique<App>(App{&kind, name, domain}));
    App& app = *apps_.back();
    app.state.enabled = true;
    ++tallies_[&kind].apps;
    app.state.due = now_;
    due_.insert({now_, &app});
}

void Fleet::add_installed(const Kind& kind, const std::string& name, UtcTime issued) {
    add(kind, name, name);
    App& app = *apps_.back();
    ca_.issue({name, name, {}}, issued);
    install(app, issued);
}

void Fleet::run_until(UtcTime end) {
    constexpr minutes kScheduledMinute{421};
    for (; now_ < end; now_ += minutes{1}) {
        const auto since_epoch = std::chrono::floor<minutes>(now_.time_since_epoch());
        if (since_epoch % hours{12} == kScheduledMinute) scheduled_run();
        retry_job();
        if (since_epoch % hours{1} == minutes{0}) count_expired();
    }
}

std::vector<App*> Fleet::due_apps(UtcTime until) {
    std::vector<App*> apps;
    for (auto it = due_.begin(); it != due_.end() && it->first <= until; ++it)
        apps.push_back(it->second);
    return apps;
}

/// What lifecycle/retry.cpp does: one batch of what is due, and of the renewals that go along.
void Fleet::retry_job() {
    std::vector<App*> apps = due_apps(now_);
    if (apps.empty()) return;
    const bool any_renewal = std::any_of(apps.begin(), apps.end(), [&](const App* app) {
        return app->state.renew_at && *app->state.renew_at <= now_;
    });
    if (any_renewal) add_coming_renewals(apps);
    order_all(apps);
}

void Fleet::add_coming_renewals(std::vector<App*>& apps) {
    const std::set<App*> taken{apps.begin(), apps.end()};
    for (App* app : due_apps(now_ + renewal::kBatchSpan)) {
        const auto& renew_at = app->state.renew_at;
        if (taken.contains(app) || !renew_at || *renew_at > now_ + renewal::kBatchSpan) continue;
        if (renewal::may_go_along(app->state, now_)) {
            apps.push_back(app);
        } else if (renewal::postpone_to_next_batch(app->state, now_)) {
            set_due(*app);
        }
    }
}

/// What lifecycle/auto_renew.cpp does.
void Fleet::scheduled_run() {
    std::vector<App*> due;
    for (const auto& app : apps_) {
        if (!app->state.installed) continue;
        ask(*app);
        const bool waits = app->state.names.front().next_try.value_or(now_) > now_;
        if (is_due(*app) && !waits) {
            due.push_back(app.get());
        } else {
            set_due(*app);
        }
    }
    if (!due.empty()) order_all(due);
}

bool Fleet::is_due(const App& app) const {
    if (!app.state.installed) return true;
    return renewal::renewal_time({app.dates, std::nullopt, true,
                                  renewal::selected_time(app.state, app.dates.not_after)})
               .at < now_;
}

void Fleet::order_all(const std::vector<App*>& apps) {
    Run run{ca::limits::Limits{read_ledger()}};
    for (App* app : apps)
        order(run, *app);
    while (!run.taken.empty()) {
        issue(run, run.taken.front());
        run.taken.erase(run.taken.begin());
    }
    check_told(run);
    if (run.has_ordered) count_batch();
}

void Fleet::order(Run& run, App& app) {
    if (run.taken.size() == kInFlight) {
        issue(run, run.taken.front());
        run.taken.erase(run.taken.begin());
    }
    const auto& plan = app.state.renewal;
    const bool is_renewal = app.state.installed.has_value();
    const bool exempt =
        is_renewal && plan && plan->start && Window{*plan->start, *plan->end}.contains(now_);
    const ca::limits::PlannedOrder planned{kServer, kAccount, {app.name}, is_renewal, exempt};
    CountingCa::Order order{app.name, app.domain, {}};
    if (is_renewal && app.kind->has_ari) order.replaces = window_of(app);
    if (const auto reached = run.limits.judge(planned, now_))
        return hold_back(run, app, order, *reached);
    if (outages_.is_down(now_)) {
        ++tallies_[app.kind].failed;
        return fail(app, store::cause::kCaUnreachable);
    }
    write(run, app, ledger::EntryKind::order, planned);
    run.has_ordered = true;
    if (!ca_.take(order, now_)) {
        ++trouble_.refused;
        return fail(app, store::cause::kRateLimited, now_ + hours{1});
    }
    run.taken.push_back({&app, order, is_renewal});
}

void Fleet::hold_back(Run& run, App& app, const CountingCa::Order& order,
                      const ca::limits::LimitReached& reached) {
    ++trouble_.held_back;
    run.told.push_back({order, reached.until, run.waiting[reached.queue]++});
    run.limits.queue(reached);
    fail(app, store::cause::kRateLimited, reached.until);
}

/// By then the CA has issued what was under way.
void Fleet::check_told(const Run& run) {
    for (const Told& told : run.told) {
        const UtcTime real = ca_.takes_at(told.order, now_) + told.before * kPerDomain;
        // None waits longer than a week before it is looked at again.
        const UtcTime expected = std::min<UtcTime>(real, now_ + days{7});
        if (told.until < expected || told.until - expected > minutes{1}) ++trouble_.wrong_times;
    }
}

void Fleet::count_batch() {
    batches_.push_back(now_);
    while (batches_.front() <= now_ - hours{24})
        batches_.pop_front();
    trouble_.most_batches = std::max(trouble_.most_batches, static_cast<int>(batches_.size()));
}

void Fleet::issue(Run& run, const Taken& taken) {
    App& app = *taken.app;
    Tally& tally = tallies_[app.kind];
    ++tally.issued;
    if (taken.is_renewal) {
        tally.least_left = std::min<seconds>(tally.least_left, app.dates.not_after - now_);
        if (now_ < earliest_renewal(app)) ++tally.too_early;
    }
    if (taken.order.replaces) {
        ++tally.renewed;
        if (taken.order.replaces->contains(now_)) ++tally.inside;
    }
    const ca::limits::PlannedOrder planned{kServer, kAccount, {app.name}, taken.is_renewal, false};
    write(run, app, ledger::EntryKind::certificate, planned);
    ca_.issue(taken.order, now_);
    install(app, now_);
}

void Fleet::install(App& app, UtcTime issued) {
    app.dates = {issued, issued + app.kind->lifetime};
    expired_.erase(&app);
    app.state.installed = store::InstalledPair{std::to_string(++serial_),
                                               store::Owner::ours,
                                               app.dates.not_after,
                                               app.dates.not_before,
                                               kServer,
                                               kAccount};
    ask(app);
    status::record_name(app.state, {app.name}, now_, dice_.roll());
    set_due(app);
}

void Fleet::fail(App& app, std::string_view cause, std::optional<UtcTime> not_before) {
    const bool served = app.state.installed.has_value();
    status::NameOutcome outcome{
        app.name, served ? store::NameStatus::in_use : store::NameStatus::failed, cause};
    outcome.not_before = not_before;
    if (served) outcome.covered_until = app.dates.not_after;
    status::record_name(app.state, outcome, now_, dice_.roll());
    set_due(app);
}

void Fleet::set_due(App& app) {
    if (app.state.due) due_.erase({*app.state.due, &app});
    app.state.renew_at = renewal::selected_time(settings_, app.state);
    if (app.state.renew_at && *app.state.renew_at <= now_) app.state.renew_at.reset();
    app.state.due = status::next_due_of(app.state, status::CustomEnd::awaited, now_);
    if (app.state.due) due_.insert({*app.state.due, &app});
}

void Fleet::ask(App& app) {
    if (!app.kind->has_ari) return;
    auto& plan = app.state.renewal;
    const std::string& fingerprint = app.state.installed->fingerprint;
    if (!plan || plan->fingerprint != fingerprint) {
        plan = store::RenewalPlan{};
        plan->fingerprint = fingerprint;
    }
    if (plan->next_ask && *plan->next_ask > now_) return;
    acme::RenewalInfo info;
    const Window window = window_of(app);
    info.start = window.start;
    info.end = window.end;
    plan = outages_.is_down(now_) ? renewal::plan_after(*plan, renewal::AriFailure::no_answer, now_)
                                  : renewal::plan_after(*plan, info, now_, dice_.roll());
}

/// Two hundredths of the lifetime around two thirds of it, or around its half where it is short.
Window Fleet::window_of(const App& app) {
    const seconds lifetime = app.kind->lifetime;
    const seconds middle = lifetime < days{10} ? lifetime / 2 : lifetime * 2 / 3;
    const UtcTime ideal = app.dates.not_before + middle;
    return {ideal - lifetime / 100, ideal + lifetime / 100};
}

UtcTime Fleet::earliest_renewal(const App& app) {
    if (app.kind->has_ari) return window_of(app).start;
    return app.dates.not_after - app.kind->lifetime / 2 - renewal::kBatchSpan;
}

void Fleet::count_expired() {
    for (const auto& app : apps_) {
        const bool has_ended = app->state.installed && now_ >= app->dates.not_after;
        if (has_ended && expired_.insert(app.get()).second) ++tallies_[app->kind].expired;
    }
}

void Fleet::write(Run& run, const App& app, ledger::EntryKind kind,
                  const ca::limits::PlannedOrder& planned) {
    ledger::Entry entry;
    entry.kind = kind;
    entry.at = now_;
    entry.server = kServer;
    entry.account = kAccount;
    entry.names = {app.name};
    entry.renewal = planned.renewal;
    entry.exempt = planned.exempt;
    run.limits.complete(entry);
    run.limits.note(entry);
    ledger_.push_back(std::move(entry));
}

/// As the file is read: what is old is left out.
std::vector<ledger::Entry> Fleet::read_ledger() {
    std::erase_if(ledger_, [&](const ledger::Entry& entry) {
        return entry.at <= now_ - ledger::Ledger::kLife;
    });
    return ledger_;
}

}  // namespace simulation
