#include "lifecycle/orders.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "crypto/csr.h"
#include "lifecycle/certificate_key.h"

namespace lifecycle {
namespace {

constexpr std::size_t kInFlight = 16;
constexpr std::chrono::minutes kOrderPatience{5};

/// One job and the order that is under way for it.
class Running {
  public:
    Running(Context& context, CaSessions& sessions, IssueJob& job)
        : context_(context), sessions_(sessions), job_(job) {}

    base::Clock::Monotonic next() const { return next_; }
    bool finished() const { return finished_; }

    /// For time in which no order of the run went on.
    void extend(std::chrono::milliseconds by) {
        if (flow_) flow_->extend(by);
    }

    /// How long the operator's DNS program ran in the step just made.
    std::chrono::milliseconds take_program_time() { return std::exchange(program_time_, {}); }

    /// Takes up a journalled order of this very wish, else a new one.
    void start() {
        auto state = context_.store.read_state(job_.app.text());
        if (!state) return end(local(std::move(state).error()));
        auto& order = state->order;
        if (order && fits(*order)) {
            auto key = crypto::PrivateKey::parse_pem(order->key_pem.reveal());
            if (key) {
                job_.key = std::move(*key);
                context_.log.verbose("Resuming the order that an earlier run left behind");
                return open(order->url);
            }
        }
        start_anew();
    }

    void step() {
        if (waits_for_records_) return look_for_records();
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
        return order.hash == job_.hash && order.names == to_texts(job_.names) &&
               order.directory_url == job_.settings.server.computed &&
               order.account_url == job_.ca->client().account_url();
    }

    void start_anew() {
        auto key = new_certificate_key(context_, job_);
        if (!key) return end(local(std::move(key).error()));
        job_.key = std::move(*key);
        open("");
    }

    void open(const std::string& order_url) {
        acme::OrderPlan plan;
        for (const std::string& name : to_texts(job_.names)) {
            const auto type = job_.settings.uses_dns() ? acme::kDns01 : acme::kHttp01;
            plan.wanted.push_back({acme::to_identifier(name), std::string{type}});
        }
        plan.csr = [this] { return crypto::make_csr(*job_.key, to_texts(job_.names)); };
        plan.deadline = context_.clock.monotonic() + patience();
        plan.order_url = order_url;
        plan.profile = job_.options.lego.profile;
        resumed_ = !order_url.empty();
        journalled_url_ = order_url;
        flow_ = std::make_unique<acme::OrderFlow>(job_.ca->client(), std::move(plan));
        next_ = context_.clock.monotonic();
    }

    base::Result<void> journal() {
        journalled_url_ = flow_->order_url();
        return context_.store.update_state(job_.app.text(), [this](store::AppState& state) {
            state.order = store::RunningOrder{
                flow_->order_url(), job_.settings.server.computed, job_.ca->client().account_url(),
                job_.hash,          to_texts(job_.names),          job_.key->to_pem()};
        });
    }

    /// An order of an earlier run may be invalid or forgotten by now: that costs one new order.
    /// What the network did says nothing about the order: it stays journalled.
    void on_failure(acme::Failure failure) {
        const auto kind = failure.error.kind;
        const bool lost = kind == base::ErrorKind::network || kind == base::ErrorKind::timeout ||
                          kind == base::ErrorKind::rate_limited;
        if (resumed_ && !lost) return start_anew();
        if (failure.is("accountDoesNotExist") &&
            sessions_.recover(job_.settings, job_.options.lego)) {
            return start_anew();
        }
        if (!lost) {
            auto dropped = context_.store.update_state(
                job_.app.text(), [](store::AppState& state) { state.order.reset(); });
            if (!dropped) context_.log.warn(dropped.error().message);
        }
        end(std::move(failure));
    }

    void present_records() {
        context_.log.verbose("Ordered; setting the TXT records of " +
                             std::to_string(flow_->challenges().size()) + " name(s)");
        const auto started = context_.clock.monotonic();
        auto set = job_.records->present(flow_->challenges());
        add_program_time(started);
        if (!set) return end(local(std::move(set).error()), cause::kDnsProvider);
        waits_for_records_ = true;
        look_for_records();
    }

    /// The order waits meanwhile, other orders of the run do not.
    void look_for_records() {
        const auto later = job_.records->look();
        if (!later) return end(local(later.error()), cause::kDnsProvider);
        next_ = later->value_or(context_.clock.monotonic());
        if (later->has_value()) return;
        waits_for_records_ = false;
        context_.log.verbose("The records are there; asking the CA to validate");
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

    Context& context_;
    CaSessions& sessions_;
    IssueJob& job_;
    bool waits_for_records_ = false;
    std::chrono::milliseconds program_time_{0};
    std::unique_ptr<acme::OrderFlow> flow_;
    base::Clock::Monotonic next_{};
    std::string journalled_url_;
    bool resumed_ = false;
    bool finished_ = false;
};

/// A program that sets DNS records may take minutes, in which no order goes on: that time is not
/// counted.
void step_alone(const std::vector<std::unique_ptr<Running>>& running, Running& one) {
    one.step();
    const auto lost = one.take_program_time();
    for (const auto& each : running)
        each->extend(lost);
}

}  // namespace

void run_orders(Context& context, CaSessions& sessions, const std::vector<IssueJob*>& jobs) {
    std::deque<IssueJob*> waiting;
    for (IssueJob* job : jobs) {
        if (job->alive()) waiting.push_back(job);
    }
    std::vector<std::unique_ptr<Running>> running;
    while (!waiting.empty() || !running.empty()) {
        while (running.size() < kInFlight && !waiting.empty()) {
            running.push_back(std::make_unique<Running>(context, sessions, *waiting.front()));
            running.back()->start();
            waiting.pop_front();
        }
        const auto soonest = std::min_element(
            running.begin(), running.end(),
            [](const auto& one, const auto& other) { return one->next() < other->next(); });
        if (!(*soonest)->finished()) {
            const auto pause = std::chrono::ceil<std::chrono::milliseconds>(
                (*soonest)->next() - context.clock.monotonic());
            if (pause.count() > 0) context.clock.sleep_for(pause);
            step_alone(running, **soonest);
        }
        running.erase(std::remove_if(running.begin(), running.end(),
                                     [](const auto& one) { return one->finished(); }),
                      running.end());
    }
}

}  // namespace lifecycle
