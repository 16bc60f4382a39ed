#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "async/condition.h"
#include "async/loop.h"
#include "async/task.h"
#include "ca/issue_job.h"
#include "serving/former_pair.h"

namespace serving {

/// When the flows of one run that wish for a reload of nginx get it: together, in rounds.
///
/// A run with one flow gets each round at once. With many flows the first round waits until no flow
/// can still join it, at most 10 s since its first wish; each later one until no order is under way
/// or waits for a slot, at most 60 s since the last round. A flow that waits for a lock, a slot or
/// a moment, or has ended, cannot join a round. None waits any longer with kFullRound pairs to
/// load: the lock of each one's app is a descriptor.
class ReloadRounds {
  public:
    /// What a flow does, as far as rounds are concerned.
    enum class Doing {
        work,     ///< it may wish for a reload soon
        wait,     ///< for a lock, a slot or a moment
        order,    ///< an order is under way for it, or waits for a slot
        wish,     ///< it waits for a reload
        nothing,  ///< it has ended
    };

    enum class Kind {
        route_on,  ///< nginx is to answer for the job's challenges
        load,      ///< and not any more, and to show the job's new pair, if it has one
        reload,    ///< for a route that was taken off; without a job
    };
    struct Wish {
        Kind kind;
        ca::IssueJob* job;
        const FormerPair* former;  ///< of one to load: what to go back to
        bool is_granted = false;
    };
    using Serve = std::function<async::Task<void>(std::vector<Wish*> round)>;

    /// `flows` are going to be members. `serve` grants the wishes of one round.
    ReloadRounds(async::Loop& loop, std::size_t flows, Serve serve);

    /// One flow. It works until it says otherwise, and has ended once this is destroyed.
    class Member {
      public:
        explicit Member(ReloadRounds& rounds) : rounds_(rounds) {}
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;
        Member(Member&&) = delete;
        Member& operator=(Member&&) = delete;
        ~Member() { change(Doing::nothing); }

        /// Until it was granted.
        async::Task<void> wish(Kind kind, ca::IssueJob* job, const FormerPair* former = nullptr);

        /// While this lives, the flow does something else than to work.
        class Scope {
          public:
            Scope(Member& member, Doing doing) : member_(member), before_(member.doing_) {
                member_.change(doing);
            }
            Scope(const Scope&) = delete;
            Scope& operator=(const Scope&) = delete;
            Scope(Scope&&) = delete;
            Scope& operator=(Scope&&) = delete;
            ~Scope() { member_.change(before_); }

          private:
            Member& member_;
            Doing before_;
        };

      private:
        void change(Doing doing);

        ReloadRounds& rounds_;
        Doing doing_ = Doing::work;
    };

    /// Serves rounds until every flow has ended. To be run beside them.
    async::Task<void> work();

  private:
    using Moment = async::Loop::Moment;

    static constexpr std::size_t kFullRound = 512;

    std::size_t& count(Doing doing) { return counts_.at(static_cast<std::size_t>(doing)); }
    bool is_complete();
    Moment latest_end() const;
    async::Task<void> until_wished();
    async::Task<void> until_complete();

    async::Loop& loop_;
    std::size_t flows_;
    Serve serve_;
    std::array<std::size_t, 5> counts_{};  ///< of flows, by what they do
    std::vector<Wish*> wishes_;
    std::size_t loads_ = 0;  ///< of them pairs to load
    Moment first_wish_{};
    std::optional<Moment> last_round_;
    async::Condition changed_;  ///< a flow does something else, or has a wish
    async::Condition granted_;
};

}  // namespace serving
