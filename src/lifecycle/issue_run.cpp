#include "lifecycle/issue_run.h"

#include <algorithm>
#include <set>
#include <unistd.h>

#include "acme/preferred_chain.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "dokku/challenge_route.h"
#include "lifecycle/ca_clock.h"
#include "lifecycle/challenge_routes.h"
#include "lifecycle/claim.h"
#include "lifecycle/early_certificate.h"
#include "lifecycle/explain.h"
#include "lifecycle/finish.h"
#include "lifecycle/install_pair.h"
#include "lifecycle/kept_pair.h"
#include "lifecycle/limit_check.h"
#include "lifecycle/orders.h"
#include "lifecycle/preflight.h"
#include "lifecycle/profile.h"
#include "lifecycle/progress.h"
#include "lifecycle/record.h"
#include "lifecycle/refusal.h"
#include "lifecycle/rehearsal.h"
#include "lifecycle/release.h"
#include "lifecycle/serve.h"
#include "lifecycle/settle.h"
#include "lifecycle/silent_cas.h"
#include "lifecycle/stuck_app.h"

namespace lifecycle {
namespace {

using Jobs = std::vector<IssueJob*>;

/// Finished pairs go live that often in a long run.
constexpr std::chrono::minutes kLoadEvery{1};
/// A run that starts twice a day must not meet the next one.
constexpr std::chrono::hours kLongestRun{10};
constexpr std::chrono::seconds kLockPatience{2};

/// `--preferred-chain`: no such chain, or none that can be fetched, leaves the CA's own.
void prefer_chain(const Context& context, IssueJob& job) {
    const std::string& issuer = job.options.lego.preferred_chain;
    if (issuer.empty()) return;
    const auto found = acme::prefer_chain(job.ca->client(), *job.issued, issuer);
    if (!found) {
        context.log.warn("The chain up to '" + base::printable(issuer) +
                         "' cannot be fetched: " + found.error().error.message);
    } else if (!*found) {
        context.log.warn("The CA offers no chain up to '" + base::printable(issuer) +
                         "'; its usual one is installed");
    }
}

void install(Context& context, IssueJob& job) {
    if (job.ca != nullptr) prefer_chain(context, job);
    context.log.info1("Certificate retrieved successfully.");
    context.log.info1("Installing let's encrypt certificates");
    const auto early = installable_from(context, job);
    auto installed = early ? keep_until(context, job, *early) : install_pair(context, job);
    if (!installed) job.fail(cause::kHost, job.folder->readable(std::move(installed).error()));
}

/// docs/dokku.md 11.1, step 8.
void tell_of_failure(const Context& context, const IssueJob& job) {
    tell_failure(context.log, *job.failure, job.app);
    context.log.info1("Certificate retrieval failed!");
}

/// Whoever waits for the pair of this one app may go on: the rebuild of the vhost that Dokku does
/// next loads it, and takes the route out as well. Returns whether there is one.
bool hand_over(const Context& context, const Jobs& jobs, const EnableWish& wish) {
    if (!wish.hand_over || jobs.size() != 1 || !jobs.front()->alive()) return false;
    if (!jobs.front()->settings.has_permanent_route()) {
        remove_route_files(context, *jobs.front());
    }
    const base::FileStamp before = stamp_vhost(context, jobs.front()->app);
    if (!wish.hand_over()) return false;
    jobs.front()->vhost_before = before;
    return true;
}

/// Since the run began, minutes may have passed in which nobody held the app's lock; and Dokku's
/// commands do not look at it.
bool is_as_it_was(const Context& context, const IssueJob& job) {
    if (!is_still_claimed(context, job)) return false;
    const auto live = base::read_file(context.environment.tls_root(job.app) / "server.crt");
    return live ? job.live_chain && *job.live_chain == *live : !job.live_chain;
}

class IssueRun {
  public:
    IssueRun(Context& context, const Jobs& jobs, const EnableWish& wish)
        : context_(context),
          jobs_(jobs),
          wish_(wish),
          sessions_(context),
          limits_(context, wish.force, wish.asks_at_once()),
          started_(context.clock.monotonic()),
          loaded_(started_) {}

    void work() {
        Jobs ordering;
        CaQuestions questions{context_};
        for (IssueJob* job : jobs_) {
            if (!take_up_pair(questions, *job)) ordering.push_back(job);
        }
        open_challenges(ordering);
        order(ordering);
        for (IssueJob* job : jobs_) {
            if (job->issued && !job->ca && job->alive()) install_kept(*job);
        }
        load();
        if (is_route_stale_) reload_nginx(context_, dokku::Scope::global());
    }

  private:
    /// One that needs no order.
    bool take_up_pair(CaQuestions& questions, IssueJob& job) const {
        if (!job.alive()) return false;
        if (take_up_early_certificate(questions, job)) return true;
        return wish_.is_unattended() && take_up_kept_pair(questions, job);
    }

    /// docs/dokku.md 11.1, steps 5 and 6.
    void open_challenges(const Jobs& jobs) {
        for (IssueJob* job : jobs) {
            context_.log.info1("Enabling ACME proxy for " + job->app.text() + "...");
            if (job->alive()) open_session(*job);
        }
        switch_routes_on(context_, jobs);
        for (IssueJob* job : jobs)
            check_reachability(context_, *job);
    }

    /// All that is known without nginx, so that it is not reloaded for nothing.
    void open_session(IssueJob& job) {
        if (limits_.refuse_parked_ca(job)) return;
        auto session = sessions_.open(job.settings, job.options.lego);
        if (!session) {
            limits_.note_failure(job, session.error(), sessions_.was_account_refused(job.settings));
            return job.fail(std::move(session).error());
        }
        job.ca = *session;
        check_profile(context_, job, wish_);
        check_addresses(job);
        check_count_of_names(job);
        limits_.check(job);
        check_clock(job);
        check_caa(context_, job);
        settle(context_, job, wish_);
    }

    /// An order that is under way is finished by any clock: what it costs is spent.
    void check_clock(IssueJob& job) {
        // A CA that asks not to be asked before a time is not asked for its own either.
        if (!job.alive()) return;
        acme::Client& client = job.ca->client();
        client.ask_time();
        if (const auto& silence = client.silence()) return job.fail(acme::Failure{*silence});
        const auto warning = warn_of_clock(client);
        if (warning && warned_of_clock_.insert(job.ca).second) context_.log.warn(*warning);
        auto wrong = refuse_wrong_clock(client);
        if (!wrong) return;
        const auto state = context_.store.read_state(job.app.text());
        const bool under_way = state && state->order && !state->order->url.empty();
        if (!under_way) job.fail(cause::kClock, std::move(*wrong));
    }

    /// docs/dokku.md 11.1, step 7.
    void order(const Jobs& jobs) {
        for (IssueJob* job : jobs) {
            settle(context_, *job, wish_);
            if (!job->settled) announce(*job);
            if (!job->alive()) end(*job);
        }
        rehearse_orders(jobs);
        OrderRun run;
        run.in_flight = jobs.empty() ? run.in_flight : jobs.front()->settings.concurrency();
        run.is_batch = jobs.size() > 1;
        run.begin = [this](IssueJob& job) { begin(job); };
        run.reserve = [this](IssueJob& job) { limits_.reserve(job); };
        run.ordered = [this](IssueJob& job, bool replaces) { limits_.note_order(job, replaces); };
        run.refused = [this](const IssueJob& job, const acme::Failure& failure) {
            limits_.note_refused(job, failure);
        };
        run.ended = [this](IssueJob& job) { return take_result(job); };
        run.goes_on = [this](const IssueJob& job) { return is_still_claimed(context_, job); };
        run_orders(context_, sessions_, jobs, run);
    }

    void announce(const IssueJob& job) const {
        context_.log.info1("Getting letsencrypt certificate for " + job.app.text() + " via " +
                           (job.settings.uses_dns() ? "DNS-01" : "HTTP-01"));
        for (const std::string& domain : job.domains) {
            context_.log.error_plain("        - Domain '" + domain + "'");
        }
    }

    void rehearse_orders(const Jobs& jobs) {
        Jobs alive;
        std::copy_if(jobs.begin(), jobs.end(), std::back_inserter(alive),
                     [](const IssueJob* job) { return job->alive(); });
        if (!rehearse(context_, sessions_, alive)) return;
        Jobs again;
        for (IssueJob* job : alive) {
            if (drop_refused_names(context_, *job, wish_)) again.push_back(job);
            if (!job->alive()) end(*job);
        }
        if (again.empty()) return;
        switch_routes_on(context_, again);
        for (IssueJob* job : again) {
            if (!job->alive()) end(*job);
        }
    }

    void begin(IssueJob& job) {
        if (context_.clock.monotonic() - started_ > kLongestRun) {
            job.fail(cause::kHost, {base::ErrorKind::timeout,
                                    "The run has lasted too long; the next one goes on",
                                    std::nullopt,
                                    {}});
        } else if (!job.lock) {
            take_lock(job);
        }
        if (job.alive() && !is_as_it_was(context_, job)) leave_alone(job);
        if (job.alive()) restore_route(job);
        if (job.alive()) silent_cas_.refuse(job);
        if (job.alive()) limits_.check(job);
        if (job.alive()) settle(context_, job, wish_);
        if (!job.alive()) end(job);
    }

    void take_lock(IssueJob& job) {
        if (const auto stuck = find_stuck_run(context_, job.app)) {
            if (is_still_claimed(context_, job)) record_refusal(context_, job.app, *stuck);
            job.left_to_other = true;
            return job.fail(stuck->cause, stuck->error);
        }
        auto lock = context_.store.lock_app(job.app.text(), kLockPatience, context_.clock);
        if (!lock && lock.error().kind == base::ErrorKind::busy) {
            context_.log.verbose("Another run is at work for " + job.app.text() +
                                 "; it is left to that one");
            job.settled = true;
            job.left_to_other = true;
            return;
        }
        if (!lock) return job.fail(cause::kHost, std::move(lock).error());
        job.lock = std::move(*lock);
    }

    /// While the app waited for its turn, a command for it alone may have opened a route of its own
    /// and taken it away at its end. The CA would find nothing.
    void restore_route(IssueJob& job) {
        if (job.settings.uses_dns()) return;
        const auto files = route_files_of(context_, job);
        if (dokku::has_route(files, job.ca->thumbprint())) return;
        context_.log.verbose("The challenge route of " + job.app.text() + " is gone; made again");
        switch_routes_on(context_, {&job});
    }

    /// Someone has made something else of the app. What this run began with goes, and nothing is
    /// written about it: it may be switched off by now, or gone.
    void leave_alone(IssueJob& job) {
        context_.log.verbose(job.app.text() + " was changed meanwhile; it is left alone");
        auto dropped = update_claimed_state(context_, job, [](store::AppState& state) {
            if (state.order && state.order->url.empty()) state.order.reset();
        });
        if (!dropped) context_.log.warn(dropped.error().message);
        job.failure.reset();
        job.settled = true;
        job.left_to_other = true;
        if (abandon(context_, job)) is_route_stale_ = true;
    }

    /// Returns whether the job is ordered again.
    bool take_result(IssueJob& job) {
        limits_.note_result(job);
        silent_cas_.note_result(job);
        if (drop_refused_names(context_, job, wish_)) return true;
        finish_order(job);
        if (context_.clock.monotonic() - loaded_ >= kLoadEvery) load();
        return false;
    }

    /// Installs what was ordered, unless the app is another by now.
    void finish_order(IssueJob& job) {
        const bool given_up = job.alive() && !job.issued;
        if (job.alive() && !given_up && is_still_claimed(context_, job)) install(context_, job);
        if (given_up || !is_still_claimed(context_, job)) leave_alone(job);
        end(job);
    }

    /// The lock comes first, as before an order: without it our own pair, found in place at the
    /// end, would be taken for someone else's, and nginx would go on with the one before.
    void install_kept(IssueJob& job) {
        if (!job.lock) take_lock(job);
        if (job.alive() && !is_as_it_was(context_, job)) leave_alone(job);
        return job.alive() ? finish_order(job) : end(job);
    }

    void end(IssueJob& job) {
        if (job.failure) tell_of_failure(context_, job);
        if (!job.left_to_other) ended_.push_back(&job);
        ++count_;
        if (jobs_.size() < 2) return;
        const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
        context_.log.verbose(count_of(count_, jobs_.size(), on_terminal) + describe_end(job));
    }

    /// Jobs that ended before their turn hold no lock. What someone else has made of their apps
    /// meanwhile is not to be undone: neither a route that is in use nor a `disable`.
    void drop_others(Jobs& ended) {
        const auto is_others = [this](IssueJob* job) {
            if (job->lock) {
                if (is_still_claimed(context_, *job)) return false;
                leave_alone(*job);
                return true;
            }
            auto lock = context_.store.try_lock_app(job->app.text());
            if (!lock) return true;
            job->lock = std::move(*lock);
            if (is_as_it_was(context_, *job)) return false;
            leave_alone(*job);
            return true;
        };
        ended.erase(std::remove_if(ended.begin(), ended.end(), is_others), ended.end());
    }

    /// Makes nginx serve what was installed since the last time, and closes those jobs.
    void load() {
        Jobs ended = std::exchange(ended_, {});
        loaded_ = context_.clock.monotonic();
        drop_others(ended);
        if (ended.empty()) return;
        if (!hand_over(context_, ended, wish_)) load_pairs(context_, ended);
        // The journal ends last: a run killed before nginx has the pair is taken up by the next.
        for (const IssueJob* job : ended)
            remember(context_, *job);
        finish(context_, ended, wish_);
    }

    Context& context_;
    const Jobs& jobs_;
    const EnableWish& wish_;
    CaSessions sessions_;
    LimitCheck limits_;
    base::Clock::Monotonic started_;
    base::Clock::Monotonic loaded_;
    Jobs ended_;                   ///< and not loaded yet
    bool is_route_stale_ = false;  ///< of an app that was left alone
    std::size_t count_ = 0;
    std::set<const CaSession*> warned_of_clock_;
    SilentCas silent_cas_;
};

}  // namespace

void issue(Context& context, const std::vector<IssueJob*>& jobs, const EnableWish& wish) {
    IssueRun{context, jobs, wish}.work();
}

}  // namespace lifecycle
