// How an OrderFlow shows control of the names.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "acme/order_flow.h"
#include "acme/unusable_answer.h"
#include "base/text.h"
#include "http/retry_after.h"

namespace acme {
namespace {

constexpr int kConflict = 409;
constexpr int kMostChallengeRestarts = 3;

}  // namespace

OrderFlow::Step OrderFlow::read_authorizations() {
    if (order_->status != OrderStatus::pending || has_chosen_) co_return Outcome<void>{};
    auto reading = ask_each<Authorization>(
        RequestKind::authorization, order_->authorizations.size(),
        [this](std::size_t i) { return read_authorization(order_->authorizations[i]); });
    auto answers = co_await reading;
    co_return co_await choose_challenges(std::move(answers));
}

async::Task<Outcome<Authorization>> OrderFlow::read_authorization(std::string url) {
    // It was read when another one's answer got lost.
    if (const auto known = authorizations_.find(url); known != authorizations_.end()) {
        co_return known->second;
    }
    const auto response = co_await client_.post_as_get(url);
    if (!response) co_return response.error();
    auto authorization = parse_authorization(response->body);
    if (!authorization) {
        co_return not_acme(*response, "an authorization", client_.name(), url,
                           authorization.error().message);
    }
    note_status(*authorization);
    authorizations_.insert_or_assign(url, *authorization);
    co_return std::move(*authorization);
}

/// The first one that failed, in the order's order, decides.
OrderFlow::Step OrderFlow::choose_challenges(Answers<Authorization> answers) {
    challenges_.clear();
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto& answer = answers[i];
        if (!answer) co_return may_send(RequestKind::authorization);  // says why not
        if (!*answer) co_return co_await look_again_after(answer->error());
        note_answer();
        const auto chosen = choose_challenge(**answer, order_->authorizations[i]);
        if (!chosen) co_return chosen.error();
        if (*chosen == Choice::none_left) co_return co_await explain_invalid();
    }
    authorizations_.clear();
    has_chosen_ = true;
    is_to_start_ = !challenges_.empty();
    co_return Outcome<void>{};
}

Outcome<OrderFlow::Choice> OrderFlow::choose_challenge(const Authorization& authorization,
                                                       const std::string& url) {
    const Identifier identifier = authorization.ordered();
    const std::string name = base::printable(identifier.value);
    const auto wanted =
        std::find_if(plan_.wanted.begin(), plan_.wanted.end(),
                     [&](const Wanted& each) { return each.identifier == identifier; });
    if (wanted == plan_.wanted.end()) {
        return fail(
            base::ErrorKind::protocol,
            fmt::format("{} wants proof for {}, which is not in the order", client_.name(), name),
            url);
    }
    if (authorization.status == AuthorizationStatus::valid) return Choice::not_needed;
    if (authorization.status != AuthorizationStatus::pending &&
        authorization.status != AuthorizationStatus::unknown) {
        return Choice::none_left;
    }
    const Challenge* challenge = authorization.challenge(wanted->challenge_type);
    if (challenge == nullptr) {
        std::vector<std::string> offered;
        for (const Challenge& each : authorization.challenges)
            offered.push_back(each.type);
        return fail(
            base::ErrorKind::rejected,
            fmt::format("{} offers no {} challenge for {}, only: {}", client_.name(),
                        wanted->challenge_type, name, base::printable(base::join(offered, ", "))),
            url);
    }
    if (challenge->status == ChallengeStatus::invalid) return Choice::none_left;
    if (!challenge->token || challenge->url.empty()) {
        return fail(base::ErrorKind::protocol,
                    fmt::format("{} sent a {} challenge for {} without a usable token and URL",
                                client_.name(), wanted->challenge_type, name),
                    url);
    }
    challenges_.push_back(
        {identifier, *challenge, KeyAuthorization(*challenge->token, client_.key().thumbprint())});
    return Choice::made;
}

OrderFlow::Step OrderFlow::present_challenges() {
    if (!is_to_start_) co_return Outcome<void>{};
    if (auto may = may_go_on(); !may) co_return may;
    const auto started = client_.clock().monotonic();
    auto presented = co_await journal_.present(challenges_);
    plan_.deadline += client_.clock().monotonic() - started;
    if (!presented) co_return give_up(std::move(presented).error());
    co_return Outcome<void>{};
}

OrderFlow::Step OrderFlow::start_challenges() {
    if (!std::exchange(is_to_start_, false)) co_return Outcome<void>{};
    std::vector<std::string> urls;
    for (const ChosenChallenge& chosen : challenges_) {
        const bool is_open = chosen.challenge.status == ChallengeStatus::pending;
        if (is_open) urls.push_back(chosen.challenge.url);
    }
    request_ = RequestKind::challenge;
    auto starting =
        ask_each<http::Response>(RequestKind::challenge, urls.size(),
                                 [this, &urls](std::size_t i) { return start_challenge(urls[i]); });
    const auto answers = co_await starting;
    for (const auto& answer : answers) {
        if (!answer) co_return may_send(RequestKind::challenge);  // says why not
        if (!*answer) co_return start_again_after(answer->error());
        note_answer();
    }
    waits_for_pace_ = plan_.pace != nullptr && !plan_.pace->goes_ahead();
    if (waits_for_pace_) pace_.start_at(plan_.pace->pause());
    co_return Outcome<void>{};
}

async::Task<Outcome<http::Response>> OrderFlow::start_challenge(std::string url) {
    auto response = co_await client_.post(std::move(url), "{}");
    // It runs already: another request of ours, whose answer was lost, has started it.
    const bool runs = !response && response.error().status == kConflict;
    if (runs) co_return http::Response{};
    if (!response) co_return response;
    const auto asked = http::retry_after(*response, client_.clock().now());
    if (asked) pace_.not_before(client_.clock().monotonic() + *asked);
    co_return response;
}

/// By reading the authorizations: the challenge may run already.
Outcome<void> OrderFlow::start_again_after(const Failure& failure) {
    const bool refused = failure.error.kind == base::ErrorKind::rejected;
    const bool worth_a_look =
        refused ? challenge_restarts_ == 0
                : failure.unanswered() && challenge_restarts_ < kMostChallengeRestarts;
    if (!worth_a_look) return failure;
    ++challenge_restarts_;
    has_chosen_ = false;
    return {};
}

}  // namespace acme
