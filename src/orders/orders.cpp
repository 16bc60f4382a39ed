#include "orders/orders.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <utility>

#include "base/asked_waits.h"
#include "base/text.h"
#include "ca/cause_of_failure.h"
#include "ca/claim.h"
#include "ca/clock.h"
#include "ca/replaced_certificate.h"
#include "crypto/csr.h"
#include "orders/certificate_key.h"

namespace orders {
namespace {

constexpr std::chrono::minutes kOrderPatience{5};
/// A CA validates within some seconds. No operator waits for a run over many apps, and at this pace
/// an order costs the CA about eight requests.
constexpr std::chrono::milliseconds kBatchPause{2500};

/// One job and the order that is under way for it.
class OngoingOrder {
  public:
    OngoingOrder(ca::Context& context, ca::CaSessions& sessions, const OrderRun& run,
                 ca::IssueJob& job)
        : context_(context), sessions_(sessions), run_(run), job_(job) {}

    base::Clock::Monotonic next() const { return next_; }
    bool finished() const { return finished_; }
    ca::IssueJob& job() const { return job_; }

    /// For time in which no order of the run went on.
    void extend(std::chrono::milliseconds by) {
        if (flow_) flow_->extend(by);
    }

    /// How long the operator's DNS program ran in the step just made.
    std::chrono::milliseconds take_program_time() { return std::exchange(program_time_, {}); }

    /// Resumes a journalled order for exactly this, else places a new one.
    void start() {
        if (!run_.journals) return start_anew();
        auto state = context_.store.read_state(job_.app.text());
        if (!state) return end(local(std::move(state).error()));
        auto& order = state->order;
        if (order && fits(*order)) {
            auto key = crypto::PrivateKey::parse_pem(order->key_pem.reveal());
            if (key) {
                job_.key = std::move(*key);
                ordered_ = order->ordered;
                context_.log.verbose("Resuming the order that an earlier run left behind");
                return open(order->url);
            }
        }
        start_anew();
    }

    /// A command has changed the app meanwhile: nothing more is asked of the CA.
    void give_up() {
        clean_up_records();
        finished_ = true;
    }

    void step() {
        if (run_.goes_on && !run_.goes_on(job_)) return give_up();
        if (waits_for_records_) return check_records();
        auto step = flow_->advance();
        // First of all: a step may have made an order and failed all the same.
        if (journalled_url_ != flow_->order_url()) {
            if (auto kept = journal(); !kept) return end(local(std::move(kept).error()));
        }
        if (!step) return on_failure(std::move(step).error());
        next_ = step->next == acme::Next::wait ? step->until : context_.clock.monotonic();
        if (step->next == acme::Next::present_challenges) {
            resumed_ = false;  // this run's own from here on: a refusal is not asked for twice
            if (job_.records) return present_records();
            context_.log.verbose("Ordered; asking the CA to validate " +
                                 std::to_string(flow_->challenges().size()) + " name(s)");
        }
        if (step->next == acme::Next::done) {
            job_.issued = flow_->certificate();
            clean_up_records();
            finished_ = true;
        }
    }

  private:
    /// An order may take its five minutes, the time that its TXT records take to spread, and what
    /// the operator gives the CA beyond lego's 30 s (`--cert.timeout`).
    std::chrono::seconds patience() const {
        constexpr std::chrono::seconds kUsual{30};
        const auto extra = job_.options.lego.certificate_timeout - kUsual;
        return kOrderPatience + std::max(extra, std::chrono::seconds{0}) +
               (job_.records ? job_.records->patience() : std::chrono::seconds{0});
    }

    acme::Failure local(base::Error error) const {
        return {std::move(error), std::nullopt, job_.settings.server.computed};
    }

    bool fits(const store::RunningOrder& order) const {
        return order.hash == job_.hash && order.names == ca::to_texts(job_.names) &&
               order.directory_url == job_.settings.server.computed &&
               order.account_url == job_.ca->client().account_url();
    }

    void start_anew() {
        if (auto wrong = ca::refuse_wrong_clock(job_.ca->client())) {
            return end(local(std::move(*wrong)), store::cause::kClock);
        }
        auto key = new_certificate_key(context_, job_);
        if (!key) return end(local(std::move(key).error()));
        job_.key = std::move(*key);
        open_new();
    }

    /// Of the same type; if the certificate's key is to be used again, it is this one from now on.
    void start_with_new_key(const acme::Failure& failure) {
        auto key = crypto::PrivateKey::generate(job_.key->type());
        if (!key) return end(local(std::move(key).error()));
        context_.log.warn(job_.app.text() + ": the CA blocks the certificate's key (\"" +
                          base::printable(failure.problem->detail) +
                          "\"); ordering once more with a new one");
        job_.key = std::move(*key);
        clean_up_records();
        open_new();
    }

    /// Unless a limit is in its way by now.
    void open_new() {
        if (run_.reserve) run_.reserve(job_);
        finished_ = !job_.alive();
        if (!finished_) open("");
    }

    void open(const std::string& order_url) {
        acme::OrderPlan plan;
        for (const std::string& name : ca::to_texts(job_.names)) {
            const auto type = job_.settings.uses_dns() ? acme::kDns01 : acme::kHttp01;
            plan.wanted.push_back({acme::to_identifier(name), std::string{type}});
        }
        plan.csr = [this] { return crypto::make_csr(*job_.key, ca::to_texts(job_.names)); };
        plan.deadline = context_.clock.monotonic() + patience();
        plan.order_url = order_url;
        plan.profile = job_.options.lego.profile;
        if (run_.is_batch) plan.first_pause = kBatchPause;
        if (order_url.empty()) plan.replaces = ca::certificate_to_replace(context_, job_);
        account_url_ = job_.ca->client().account_url();
        resumed_ = !order_url.empty();
        journalled_url_ = order_url;
        flow_ = std::make_unique<acme::OrderFlow>(job_.ca->client(), std::move(plan));
        next_ = context_.clock.monotonic();
    }

    base::Result<void> journal() {
        journalled_url_ = flow_->order_url();
        if (run_.ordered) run_.ordered(job_, flow_->replaced());
        if (!flow_->replaces_refused().empty()) {
            context_.log.verbose("The CA does not take the order as a renewal (" +
                                 base::printable(flow_->replaces_refused()) +
                                 "); ordered as a new certificate");
        }
        if (!run_.journals) return {};
        auto kept = ca::update_claimed_state(context_, job_, [this](store::AppState& state) {
            state.order = store::RunningOrder{
                flow_->order_url(),  job_.settings.server.computed, job_.ca->client().account_url(),
                job_.hash,           ca::to_texts(job_.names),      job_.key->to_pem(),
                context_.clock.now()};
        });
        if (!kept) return std::move(kept).error();
        return {};  // what was not kept is noticed before the next step
    }

    /// An order of an earlier run may be invalid or forgotten by now: that costs one new order.
    /// What the network did says nothing about the order: it stays journalled. So does one of this
    /// run that the CA does not know: the next run asks for it once more before it is given up.
    void on_failure(acme::Failure failure) {
        if (run_.refused && !failure.invalid.empty()) run_.refused(job_, failure);
        const bool is_blocked_key = ca::cause_of(failure) == store::cause::kBlockedKey;
        if (is_blocked_key && !std::exchange(has_new_key_, true)) {
            return start_with_new_key(failure);
        }
        const auto kind = failure.error.kind;
        const bool lost = !failure.is_of_ended_order() &&
                          (kind == base::ErrorKind::network || kind == base::ErrorKind::timeout ||
                           kind == base::ErrorKind::rate_limited);
        if (resumed_ && (!lost || is_stuck(failure))) return start_anew();
        const bool was_asked = failure.status != 0;
        if (was_asked && failure.is("accountDoesNotExist") && has_other_account()) {
            return start_anew();
        }
        const bool is_asked_again = failure.not_known_yet() && !flow_->order_url().empty();
        if (!lost && !is_asked_again && run_.journals) {
            auto dropped = ca::update_claimed_state(
                context_, job_, [](store::AppState& state) { state.order.reset(); });
            if (!dropped) context_.log.warn(dropped.error().message);
        }
        end(std::move(failure));
    }

    /// Another order of the run may have found that account again.
    bool has_other_account() {
        return job_.ca->client().account_url() != account_url_ ||
               sessions_.recover(job_.settings, job_.options.lego);
    }

    /// One that the CA answers for and never ends would be resumed for ever. While it says that it
    /// issues, an order beside it would cost a second certificate: that is believed within bounds.
    /// One without a date is of an older release.
    bool is_stuck(const acme::Failure& failure) const {
        constexpr std::chrono::minutes kOurOwnPauses{1};
        if (failure.error.kind != base::ErrorKind::timeout || !flow_->order()) return false;
        const base::UtcTime now = context_.clock.now();
        const auto& until = failure.error.retry_at;
        const bool asks_for_time = until && *until - now > kOurOwnPauses;
        const bool issues = flow_->order()->status == acme::OrderStatus::processing;
        if (!ordered_ || (!asks_for_time && !issues)) return true;
        return now - *ordered_ > (asks_for_time ? base::kLongestOrder : base::kLongestIssuing);
    }

    void present_records() {
        context_.log.verbose("Ordered; setting the TXT records of " +
                             std::to_string(flow_->challenges().size()) + " name(s)");
        const auto started = context_.clock.monotonic();
        auto set = job_.records->present(flow_->challenges());
        add_program_time(started);
        if (!set) return end(local(std::move(set).error()), store::cause::kDnsProvider);
        waits_for_records_ = true;
        check_records();
    }

    /// The order waits meanwhile, other orders of the run do not.
    void check_records() {
        const auto later = job_.records->check();
        if (!later) return end(local(later.error()), store::cause::kDnsProvider);
        next_ = later->value_or(context_.clock.monotonic());
        if (later->has_value()) return;
        waits_for_records_ = false;
        context_.log.verbose(std::string{job_.records->finding()} + "; asking the CA to validate");
    }

    void clean_up_records() {
        if (!job_.records) return;
        const auto started = context_.clock.monotonic();
        job_.records->clean_up();
        add_program_time(started);
    }

    void add_program_time(base::Clock::Monotonic started) {
        program_time_ +=
            std::chrono::ceil<std::chrono::milliseconds>(context_.clock.monotonic() - started);
    }

    void end(acme::Failure failure, std::string_view why = {}) {
        clean_up_records();
        job_.fail(std::move(failure));
        if (!why.empty()) job_.cause = why;
        finished_ = true;
    }

    ca::Context& context_;
    ca::CaSessions& sessions_;
    const OrderRun& run_;
    ca::IssueJob& job_;
    bool waits_for_records_ = false;
    std::chrono::milliseconds program_time_{0};
    std::unique_ptr<acme::OrderFlow> flow_;
    base::Clock::Monotonic next_{};
    std::string journalled_url_;
    std::string account_url_;               ///< that the order is of
    std::optional<base::UtcTime> ordered_;  ///< when an earlier run made the order
    bool resumed_ = false;
    bool has_new_key_ = false;  ///< in place of one that the CA blocks
    bool finished_ = false;
};

/// The orders of a run, those under way and those that wait for their turn.
class OrderQueue {
  public:
    OrderQueue(ca::Context& context, ca::CaSessions& sessions, const OrderRun& run)
        : context_(context), sessions_(sessions), run_(run) {}

    void add(ca::IssueJob& job) { waiting_.push_back(&job); }

    void work() {
        while (!waiting_.empty() || !running_.empty()) {
            // One at a time: what the CA says to an order (a limit) holds for the next already.
            if (running_.size() < run_.in_flight && !waiting_.empty()) {
                start_next();
            } else {
                step_soonest();
            }
            take_finished();
        }
    }

  private:
    void start_next() {
        ca::IssueJob& job = *waiting_.front();
        waiting_.pop_front();
        if (run_.begin) {
            pause_orders([&] { run_.begin(job); });
        }
        if (!job.alive()) return;
        running_.push_back(std::make_unique<OngoingOrder>(context_, sessions_, run_, job));
        running_.back()->start();
        step(*running_.back());
    }

    void step_soonest() {
        const auto soonest = std::min_element(
            running_.begin(), running_.end(),
            [](const auto& one, const auto& other) { return one->next() < other->next(); });
        OngoingOrder& one = **soonest;
        const auto pause =
            std::chrono::ceil<std::chrono::milliseconds>(one.next() - context_.clock.monotonic());
        if (pause.count() > 0) context_.clock.sleep_for(pause);
        step(one);
    }

    void step(OngoingOrder& one) {
        if (one.finished()) return;
        const auto started = context_.clock.monotonic();
        one.step();
        // A CA that does not answer, or a program that sets DNS records, may take minutes, in which
        // no other order goes on.
        const auto took =
            std::chrono::ceil<std::chrono::milliseconds>(context_.clock.monotonic() - started);
        extend_all(took);
        one.extend(one.take_program_time() - took);
    }

    void take_finished() {
        const auto ended = std::stable_partition(running_.begin(), running_.end(),
                                                 [](const auto& one) { return !one->finished(); });
        std::vector<std::unique_ptr<OngoingOrder>> finished{
            std::make_move_iterator(ended), std::make_move_iterator(running_.end())};
        running_.erase(ended, running_.end());
        for (const auto& one : finished) {
            if (!run_.ended) continue;
            bool again = false;
            pause_orders([&] { again = run_.ended(one->job()); });
            if (again) waiting_.push_front(&one->job());
        }
    }

    template <class Work>
    void pause_orders(const Work& work) {
        const auto started = context_.clock.monotonic();
        work();
        extend_all(
            std::chrono::ceil<std::chrono::milliseconds>(context_.clock.monotonic() - started));
    }

    void extend_all(std::chrono::milliseconds by) {
        for (const auto& each : running_)
            each->extend(by);
    }

    ca::Context& context_;
    ca::CaSessions& sessions_;
    const OrderRun& run_;
    std::deque<ca::IssueJob*> waiting_;
    std::vector<std::unique_ptr<OngoingOrder>> running_;
};

}  // namespace

void run_orders(ca::Context& context, ca::CaSessions& sessions,
                const std::vector<ca::IssueJob*>& jobs, const OrderRun& run) {
    OrderQueue queue{context, sessions, run};
    for (ca::IssueJob* job : jobs) {
        if (job->alive()) queue.add(*job);
    }
    queue.work();
}

}  // namespace orders
