#include "serving/reloads.h"

#include <exception>
#include <utility>

#include "serving/serve_round.h"

namespace serving {

using Kind = ReloadRounds::Kind;
using Wishes = std::vector<ReloadRounds::Wish*>;

Reloads::Reloads(ca::Context& context, std::size_t flows)
    : context_(context),
      rounds_(context.loop, flows, [this](Wishes round) { return serve(std::move(round)); }) {}

async::Task<void> Reloads::switch_route_on(ReloadRounds::Member& member, ca::IssueJob& job) {
    return member.wish(Kind::route_on, &job);
}

async::Task<void> Reloads::load(ReloadRounds::Member& member, ca::IssueJob& job,
                                const FormerPair* former) {
    return member.wish(Kind::load, &job, former);
}

async::Task<void> Reloads::reload(ReloadRounds::Member& member) {
    return member.wish(Kind::reload, nullptr);
}

std::shared_ptr<const ServedProbe> Reloads::probe() {
    if (!probe_) probe_ = std::make_shared<const ServedProbe>(context_);
    return probe_;
}

async::Task<void> Reloads::serve(Wishes round) {
    RoundWishes wishes;
    for (const ReloadRounds::Wish* wish : round) {
        if (wish->kind == Kind::route_on) wishes.routes.push_back(wish->job);
        if (wish->kind == Kind::load) wishes.loads.push_back({wish->job, wish->former});
        if (wish->kind == Kind::reload) wishes.is_reload_wished = true;
    }
    try {
        co_await serve_round(context_, std::move(wishes));
    } catch (const std::exception& error) {
        fail(round, error.what());
    }
    probe_.reset();
}

/// What is thrown fails the flows of one round: the others go on, and no flow waits for ever.
void Reloads::fail(const Wishes& round, const std::string& why) const {
    const base::Error error{base::ErrorKind::internal, why, std::nullopt, {}};
    for (const ReloadRounds::Wish* wish : round) {
        const bool is_route = wish->kind == Kind::route_on && wish->job->alive();
        if (is_route) wish->job->fail(store::cause::kHost, error);
    }
    tell_not_loaded(context_, error);
}

}  // namespace serving
