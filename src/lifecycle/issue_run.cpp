#include "lifecycle/issue_run.h"

#include <algorithm>
#include <set>
#include <unistd.h>

#include "acme/preferred_chain.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/text.h"
#include "ca/claim.h"
#include "ca/clock.h"
#include "ca/explain_failure.h"
#include "ca/limits/limit_check.h"
#include "ca/refusal.h"
#include "ca/stuck_app.h"
#include "crypto/certificate.h"
#include "lifecycle/finish.h"
#include "lifecycle/release.h"
#include "nginx/challenge_route.h"
#include "orders/decide_order.h"
#include "orders/early_certificate.h"
#include "orders/orders.h"
#include "orders/progress.h"
#include "orders/rehearsal.h"
#include "orders/silent_cas.h"
#include "preflight/preflight.h"
#include "preflight/profile.h"
#include "renewal/standby_pair.h"
#include "serving/app_routes.h"
#include "serving/install_pair.h"
#include "serving/serve.h"
#include "status/record_outcome.h"

namespace lifecycle {
namespace {

using Jobs = std::vector<ca::IssueJob*>;

/// Finished pairs go live that often in a long run.
constexpr std::chrono::minutes kLoadEvery{1};
/// A run that starts twice a day must not meet the next one.
constexpr std::chrono::hours kLongestRun{10};
constexpr std::chrono::seconds kLockPatience{2};

/// `--preferred-chain`: no such chain, or none that can be fetched, leaves the CA's own.
void prefer_chain(const ca::Context& context, ca::IssueJob& job) {
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

void install(ca::Context& context, ca::IssueJob& job) {
    if (job.ca != nullptr) prefer_chain(context, job);
    context.log.info1("Certificate retrieved successfully.");
    context.log.info1("Installing let's encrypt certificates");
    const auto early = orders::installable_from(context, job);
    auto installed =
        early ? orders::keep_until(context, job, *early) : serving::install_pair(context, job);
    if (!installed)
        job.fail(store::cause::kHost, job.folder->readable(std::move(installed).error()));
}

/// docs/dokku.md 11.1, step 8.
void tell_of_failure(const ca::Context& context, const ca::IssueJob& job) {
    ca::tell_failure(context.log, *job.failure, job.app);
    context.log.info1("Certificate retrieval failed!");
}

/// The hook that waits for the pair of this one app may go on: the rebuild of the vhost that Dokku
/// does next loads it, and takes the route out as well. Returns whether there is one.
bool announce_pair(const ca::Context& context, const Jobs& jobs, const ca::Request& request) {
    if (!request.on_pair_installed || jobs.size() != 1 || !jobs.front()->alive()) return false;
    if (!jobs.front()->settings.has_permanent_route()) {
        serving::remove_route_files(context, *jobs.front());
    }
    const base::FileStamp before = serving::stamp_vhost(context, jobs.front()->app);
    if (!request.on_pair_installed()) return false;
    jobs.front()->vhost_before = before;
    return true;
}

/// Since the run began, minutes may have passed in which no run held the app's lock; and Dokku's
/// commands do not look at it.
bool is_as_it_was(const ca::Context& context, const ca::IssueJob& job) {
    if (!ca::is_still_claimed(context, job)) return false;
    const auto live = base::read_file(context.environment.tls_root(job.app) / "server.crt");
    return live ? job.live_chain && *job.live_chain == *live : !job.live_chain;
}

class IssueRun {
  public:
    IssueRun(ca::Context& context, const Jobs& jobs, const ca::Request& request)
        : context_(context),
          jobs_(jobs),
          request_(request),
          sessions_(context),
          limits_(context, request.force, request.asks_at_once()),
          started_(context.clock.monotonic()),
          loaded_(started_) {}

    void work() {
        Jobs ordering;
        renewal::CaInquiries inquiries{context_};
        for (ca::IssueJob* job : jobs_) {
            if (!use_pair_at_hand(inquiries, *job)) ordering.push_back(job);
        }
        open_challenges(ordering);
        order(ordering);
        for (ca::IssueJob* job : jobs_) {
            if (job->issued && !job->ca && job->alive()) install_early_certificate(*job);
        }
        load();
        if (is_route_stale_) serving::reload_nginx(context_, dokku::Scope::global());
    }

  private:
    /// One that needs no order.
    bool use_pair_at_hand(renewal::CaInquiries& inquiries, ca::IssueJob& job) const {
        if (!job.alive()) return false;
        if (orders::use_early_certificate(inquiries, job)) return true;
        return request_.is_unattended() && renewal::use_standby_pair(inquiries, job);
    }

    /// docs/dokku.md 11.1, steps 5 and 6.
    void open_challenges(const Jobs& jobs) {
        for (ca::IssueJob* job : jobs) {
            context_.log.info1("Enabling ACME proxy for " + job->app.text() + "...");
            if (job->alive()) open_session(*job);
        }
        serving::switch_routes_on(context_, jobs);
        for (ca::IssueJob* job : jobs)
            preflight::check_reachability(context_, *job);
    }

    /// All that is known without nginx, so that it is not reloaded for nothing.
    void open_session(ca::IssueJob& job) {
        if (limits_.refuse_ca_in_backoff(job)) return;
        auto session = sessions_.open(job.settings, job.options.lego);
        if (!session) {
            limits_.note_failure(job, session.error(), sessions_.was_account_refused(job.settings));
            return job.fail(std::move(session).error());
        }
        job.ca = *session;
        preflight::check_profile(context_, job, request_);
        preflight::check_addresses(job);
        preflight::check_count_of_names(job);
        limits_.check(job);
        check_clock(job);
        preflight::check_caa(context_, job);
        orders::decide_order(context_, job, request_);
    }

    /// An order that is under way is finished by any clock: what it costs is spent.
    void check_clock(ca::IssueJob& job) {
        // A CA that asks not to be asked before a time is not asked for its own either.
        if (!job.alive()) return;
        acme::Client& client = job.ca->client();
        client.ask_time();
        if (const auto& silence = client.silence()) return job.fail(acme::Failure{*silence});
        const auto warning = ca::warn_of_clock(client);
        if (warning && warned_of_clock_.insert(job.ca).second) context_.log.warn(*warning);
        auto wrong = ca::refuse_wrong_clock(client);
        if (!wrong) return;
        const auto state = context_.store.read_state(job.app.text());
        const bool under_way = state && state->order && !state->order->url.empty();
        if (!under_way) job.fail(store::cause::kClock, std::move(*wrong));
    }

    /// docs/dokku.md 11.1, step 7.
    void order(const Jobs& jobs) {
        for (ca::IssueJob* job : jobs) {
            orders::decide_order(context_, *job, request_);
            if (!job->nothing_to_do) announce(*job);
            if (!job->alive()) end(*job);
        }
        rehearse_orders(jobs);
        orders::OrderRun run;
        run.in_flight = jobs.empty() ? run.in_flight : jobs.front()->settings.concurrency();
        run.is_batch = jobs.size() > 1;
        run.begin = [this](ca::IssueJob& job) { begin(job); };
        run.reserve = [this](ca::IssueJob& job) { limits_.reserve(job); };
        run.ordered = [this](ca::IssueJob& job, bool replaces) {
            limits_.note_order(job, replaces);
        };
        run.refused = [this](const ca::IssueJob& job, const acme::Failure& failure) {
            limits_.note_refused(job, failure);
        };
        run.ended = [this](ca::IssueJob& job) { return take_result(job); };
        run.goes_on = [this](const ca::IssueJob& job) {
            return ca::is_still_claimed(context_, job);
        };
        orders::run_orders(context_, sessions_, jobs, run);
    }

    void announce(const ca::IssueJob& job) const {
        context_.log.info1("Getting letsencrypt certificate for " + job.app.text() + " via " +
                           (job.settings.uses_dns() ? "DNS-01" : "HTTP-01"));
        for (const std::string& domain : job.domains) {
            context_.log.error_plain("        - Domain '" + domain + "'");
        }
    }

    void rehearse_orders(const Jobs& jobs) {
        Jobs alive;
        std::copy_if(jobs.begin(), jobs.end(), std::back_inserter(alive),
                     [](const ca::IssueJob* job) { return job->alive(); });
        if (!orders::rehearse(context_, sessions_, alive)) return;
        Jobs again;
        for (ca::IssueJob* job : alive) {
            if (orders::drop_rejected_names(context_, *job, request_)) again.push_back(job);
            if (!job->alive()) end(*job);
        }
        if (again.empty()) return;
        serving::switch_routes_on(context_, again);
        for (ca::IssueJob* job : again) {
            if (!job->alive()) end(*job);
        }
    }

    void begin(ca::IssueJob& job) {
        if (context_.clock.monotonic() - started_ > kLongestRun) {
            job.fail(store::cause::kHost, {base::ErrorKind::timeout,
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
        if (job.alive()) orders::decide_order(context_, job, request_);
        if (!job.alive()) end(job);
    }

    void take_lock(ca::IssueJob& job) {
        if (const auto stuck = ca::find_stuck_run(context_, job.app)) {
            if (ca::is_still_claimed(context_, job))
                status::record_refusal(context_, job.app, *stuck);
            job.left_to_other = true;
            return job.fail(stuck->cause, stuck->error);
        }
        auto lock = context_.store.lock_app(job.app.text(), kLockPatience, context_.clock);
        if (!lock && lock.error().kind == base::ErrorKind::busy) {
            context_.log.verbose("Another run is at work for " + job.app.text() +
                                 "; it is left to that one");
            job.nothing_to_do = true;
            job.left_to_other = true;
            return;
        }
        if (!lock) return job.fail(store::cause::kHost, std::move(lock).error());
        job.lock = std::move(*lock);
    }

    /// While the app waited for its turn, a command for it alone may have opened a route of its own
    /// and taken it away at its end. The CA would find nothing.
    void restore_route(ca::IssueJob& job) {
        if (job.settings.uses_dns()) return;
        const auto files = serving::route_files_of(context_, job);
        if (nginx::has_route(files, job.ca->thumbprint())) return;
        context_.log.verbose("The challenge route of " + job.app.text() + " is gone; made again");
        serving::switch_routes_on(context_, {&job});
    }

    /// A command has changed the app meanwhile. What this run began with goes, and nothing is
    /// written about it: it may be switched off by now, or gone.
    void leave_alone(ca::IssueJob& job) {
        context_.log.verbose(job.app.text() + " was changed meanwhile; it is left alone");
        auto dropped = ca::update_claimed_state(context_, job, [](store::AppState& state) {
            if (state.order && state.order->url.empty()) state.order.reset();
        });
        if (!dropped) context_.log.warn(dropped.error().message);
        job.failure.reset();
        job.nothing_to_do = true;
        job.left_to_other = true;
        if (abandon(context_, job)) is_route_stale_ = true;
    }

    /// Returns whether the job is ordered again.
    bool take_result(ca::IssueJob& job) {
        limits_.note_result(job);
        silent_cas_.note_result(job);
        if (orders::drop_rejected_names(context_, job, request_)) return true;
        finish_order(job);
        if (context_.clock.monotonic() - loaded_ >= kLoadEvery) load();
        return false;
    }

    /// Installs what was ordered, unless the app is another by now.
    void finish_order(ca::IssueJob& job) {
        const bool given_up = job.alive() && !job.issued;
        if (job.alive() && !given_up && ca::is_still_claimed(context_, job)) install(context_, job);
        if (given_up || !ca::is_still_claimed(context_, job)) leave_alone(job);
        end(job);
    }

    /// The lock comes first, as before an order: without it our own pair, found in place at the
    /// end, would be taken for another's, and nginx would go on with the one before.
    void install_early_certificate(ca::IssueJob& job) {
        if (!job.lock) take_lock(job);
        if (job.alive() && !is_as_it_was(context_, job)) leave_alone(job);
        return job.alive() ? finish_order(job) : end(job);
    }

    void end(ca::IssueJob& job) {
        if (job.failure) tell_of_failure(context_, job);
        if (!job.left_to_other) ended_.push_back(&job);
        ++count_;
        if (jobs_.size() < 2) return;
        const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
        context_.log.verbose(orders::count_of(count_, jobs_.size(), on_terminal) +
                             orders::describe_end(job));
    }

    /// Jobs that ended before their turn hold no lock. What others have made of their apps
    /// meanwhile is not to be undone: neither a route that is in use nor a `disable`.
    void drop_others(Jobs& ended) {
        const auto is_others = [this](ca::IssueJob* job) {
            if (job->lock) {
                if (ca::is_still_claimed(context_, *job)) return false;
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
        if (!announce_pair(context_, ended, request_)) serving::load_pairs(context_, ended);
        // The journal ends last: a run killed before nginx has the pair is taken up by the next.
        for (const ca::IssueJob* job : ended)
            close_journal(context_, *job);
        finish(context_, ended, request_);
    }

    ca::Context& context_;
    const Jobs& jobs_;
    const ca::Request& request_;
    ca::CaSessions sessions_;
    ca::limits::LimitCheck limits_;
    base::Clock::Monotonic started_;
    base::Clock::Monotonic loaded_;
    Jobs ended_;                   ///< and not loaded yet
    bool is_route_stale_ = false;  ///< of an app that was left alone
    std::size_t count_ = 0;
    std::set<const ca::CaSession*> warned_of_clock_;
    orders::SilentCas silent_cas_;
};

}  // namespace

void issue(ca::Context& context, const std::vector<ca::IssueJob*>& jobs,
           const ca::Request& request) {
    IssueRun{context, jobs, request}.work();
}

}  // namespace lifecycle
