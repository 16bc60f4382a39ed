#include "serving/reload_rounds.h"

#include <utility>

#include "async/deadline.h"

namespace serving {
namespace {

constexpr std::chrono::seconds kFirstRound{10};  ///< since its first wish
constexpr std::chrono::seconds kLaterRound{60};  ///< since the last one

}  // namespace

ReloadRounds::ReloadRounds(async::Loop& loop, std::size_t flows, Serve serve)
    : loop_(loop), flows_(flows), serve_(std::move(serve)) {
    count(Doing::work) = flows;
}

void ReloadRounds::Member::change(Doing doing) {
    --rounds_.count(doing_);
    ++rounds_.count(doing);
    doing_ = doing;
    rounds_.changed_.notify_all();
}

async::Task<void> ReloadRounds::Member::wish(Kind kind, ca::IssueJob* job,
                                             const FormerPair* former) {
    Wish wish{kind, job, former};
    if (rounds_.wishes_.empty()) rounds_.first_wish_ = rounds_.loop_.now();
    rounds_.wishes_.push_back(&wish);
    if (kind == Kind::load) ++rounds_.loads_;
    const Scope scope{*this, Doing::wish};
    while (!wish.is_granted)
        co_await rounds_.granted_.wait();
}

bool ReloadRounds::is_complete() {
    if (loads_ >= kFullRound) return true;
    if (last_round_) return count(Doing::order) == 0;
    return count(Doing::order) + count(Doing::work) == 0;
}

ReloadRounds::Moment ReloadRounds::latest_end() const {
    return last_round_ ? *last_round_ + kLaterRound : first_wish_ + kFirstRound;
}

async::Task<void> ReloadRounds::until_wished() {
    const auto nothing_to_serve = [this] {
        return wishes_.empty() && count(Doing::nothing) < flows_;
    };
    while (nothing_to_serve())
        co_await changed_.wait();
}

async::Task<void> ReloadRounds::until_complete() {
    while (!is_complete())
        co_await changed_.wait();
}

async::Task<void> ReloadRounds::work() {
    for (;;) {
        co_await until_wished();
        if (wishes_.empty()) co_return;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(latest_end() - loop_.now());
        if (left.count() > 0) {
            async::Task<void> complete = until_complete();
            static_cast<void>(co_await async::with_deadline(std::move(complete), left));
        }
        const std::vector<Wish*> round = std::exchange(wishes_, {});
        loads_ = 0;
        co_await serve_(round);
        last_round_ = loop_.now();
        for (Wish* wish : round)
            wish->is_granted = true;
        granted_.notify_all();
    }
}

}  // namespace serving
