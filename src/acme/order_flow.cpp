#include "acme/order_flow.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "acme/unusable_answer.h"
#include "base/base64.h"
#include "base/text.h"
#include "http/retry_after.h"
#include "json/writer.h"

namespace acme {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAfterFinalize{250};
constexpr int kConflict = 409;
constexpr int kMostChallengeRestarts = 3;
constexpr int kMostFinalizeAttempts = 8;

std::vector<Wanted> without_repeats(const std::vector<Wanted>& wanted) {
    std::vector<Wanted> once;
    for (const Wanted& each : wanted) {
        const Identifier identifier = normalized(each.identifier);
        const bool known = std::any_of(once.begin(), once.end(), [&](const Wanted& other) {
            return other.identifier == identifier;
        });
        if (!known) once.push_back({identifier, each.challenge_type});
    }
    return once;
}

std::vector<Identifier> identifiers_of(const std::vector<Wanted>& wanted) {
    std::vector<Identifier> identifiers;
    identifiers.reserve(wanted.size());
    for (const Wanted& each : wanted)
        identifiers.push_back(each.identifier);
    return identifiers;
}

std::string new_order_payload(const OrderPlan& plan) {
    json::Writer payload;
    payload.begin_object().key("identifiers").begin_array();
    for (const Wanted& each : plan.wanted) {
        payload.begin_object()
            .member("type", std::string_view(each.identifier.type))
            .member("value", std::string_view(each.identifier.value))
            .end_object();
    }
    payload.end_array();
    if (!plan.profile.empty()) payload.member("profile", std::string_view{plan.profile});
    if (!plan.replaces.empty()) payload.member("replaces", std::string_view{plan.replaces});
    payload.end_object();
    return payload.text();
}

/// May newOrder's failure be about `replaces`? CAs say so in many ways: alreadyReplaced,
/// unauthorized (another account's certificate), malformed (an authority they do not know), and
/// serverInternal for a serial that they do not know. So any refusal counts, unless `replaces`
/// cannot be the reason.
bool may_mean_replaces(const Failure& failure) {
    if (failure.error.kind == base::ErrorKind::rate_limited) return false;
    constexpr std::array kOtherReasons{"accountDoesNotExist", "badNonce", "userActionRequired",
                                       "externalAccountRequired"};
    if (std::any_of(kOtherReasons.begin(), kOtherReasons.end(),
                    [&](const char* type) { return failure.is(type); })) {
        return false;
    }
    const bool refused = failure.status >= 400 && failure.status <= 499;
    return refused || failure.is("serverInternal");
}

}  // namespace

OrderFlow::OrderFlow(Client& client, OrderPlan plan)
    : client_(client),
      plan_(std::move(plan)),
      phase_(plan_.order_url.empty() ? Phase::new_order : Phase::read_order),
      order_url_(plan_.order_url),
      pause_(plan_.first_pause) {
    plan_.wanted = without_repeats(plan_.wanted);
}

Outcome<Step> OrderFlow::advance() {
    const RequestKind at = request();
    auto step = outcome_of(at, take_step());
    if (!step) step.error().invalid = invalid_;
    return step;
}

Outcome<Step> OrderFlow::take_step() {
    // What is issued is fetched, and what failed is explained, however late it is.
    const bool ends_anyway = phase_ >= Phase::download;
    if (!ends_anyway && client_.clock().monotonic() > plan_.deadline) return overdue();
    switch (phase_) {
        case Phase::new_order:
            return post_new_order();
        case Phase::read_order:
            return read_order();
        case Phase::read_authorizations:
            return read_authorization();
        case Phase::start_challenges:
            return start_challenge();
        case Phase::finalize:
            return finalize();
        case Phase::download:
            return download();
        case Phase::explain:
            return explain();
        case Phase::done:
            break;
    }
    return Step{Next::done, {}};
}

Outcome<Step> OrderFlow::post_new_order() {
    const std::string& url = client_.directory().new_order;
    const auto response = client_.post(url, new_order_payload(plan_));
    if (!response) return order_again_after(response.error());
    auto location = read_location(*response, "an order", client_.name(), url);
    if (!location) return std::move(location).error();
    order_url_ = std::move(*location);
    replaced_ = !plan_.replaces.empty();
    return take_order(*response, url);
}

Outcome<Step> OrderFlow::order_again_after(const Failure& failure) {
    // Nothing else tells whether the CA has the order, so it is asked for once more.
    const bool lost = failure.unanswered() && failure.status == 0;
    if (lost && ++lost_answers_ == 1) return Step{};
    // A failure on the way to a nonce says nothing about the order.
    const bool is_about_order = failure.request != RequestKind::new_nonce;
    if (plan_.replaces.empty() || !is_about_order || !may_mean_replaces(failure)) return failure;
    replaces_refused_ = failure.error.message;
    plan_.replaces.clear();
    lost_answers_ = 0;  // this was an answer
    return Step{};
}

Outcome<Step> OrderFlow::read_order() {
    const auto response = client_.post_as_get(order_url_);
    if (!response) return read_again_after(response.error());
    return take_order(*response, order_url_);
}

Outcome<Step> OrderFlow::take_order(const http::Response& response, const std::string& url) {
    note_answer();
    auto order = parse_order(response.body);
    if (!order) return not_acme(response, "an order", client_.name(), url, order.error().message);
    if (!same_identifiers(order->identifiers, identifiers_of(plan_.wanted))) {
        return fail(
            base::ErrorKind::protocol,
            fmt::format("{} sent an order for other names than were asked for", client_.name()),
            order_url_);
    }
    order_ = std::move(*order);
    return act_on_order(response);
}

Outcome<Step> OrderFlow::act_on_order(const http::Response& response) {
    const auto asked = http::retry_after(response, client_.clock().now());
    switch (order_->status) {
        case OrderStatus::pending:
            if (authorizations_read_) return wait_for(asked);
            return enter(Phase::read_authorizations);
        case OrderStatus::ready:
            // After a finalize that was accepted it is an answer from before that.
            if (finalized_) return wait_for(asked);
            return enter(Phase::finalize);
        case OrderStatus::valid:
            if (order_->certificate.empty()) return wait_for(asked);
            return enter(Phase::download);
        case OrderStatus::invalid:
            return enter(Phase::explain);
        case OrderStatus::processing:
            was_processing_ = true;
            break;
        case OrderStatus::unknown:
            break;
    }
    return wait_for(asked);
}

Outcome<Step> OrderFlow::read_authorization() {
    if (index_ < order_->authorizations.size()) {
        const std::string& url = order_->authorizations[index_];
        const auto response = client_.post_as_get(url);
        if (!response) return read_again_after(response.error());
        note_answer();
        const auto authorization = parse_authorization(response->body);
        if (!authorization) {
            return not_acme(*response, "an authorization", client_.name(), url,
                            authorization.error().message);
        }
        note_status(*authorization);
        const auto chosen = choose_challenge(*authorization, url);
        if (!chosen) return chosen.error();
        if (*chosen == Choice::none_left) return enter(Phase::explain);
        if (++index_ < order_->authorizations.size()) return Step{};
    }
    authorizations_read_ = true;
    if (challenges_.empty()) return wait_for(std::nullopt);
    enter(Phase::start_challenges);
    return Step{Next::present_challenges, {}};
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

Outcome<Step> OrderFlow::start_challenge() {
    const auto is_open = [](const ChosenChallenge& chosen) {
        return chosen.challenge.status == ChallengeStatus::pending;
    };
    while (index_ < challenges_.size() && !is_open(challenges_[index_]))
        ++index_;
    if (index_ < challenges_.size()) {
        const auto response = client_.post(challenges_[index_].challenge.url, "{}");
        // It runs already: another request of ours, whose answer was lost, has started it.
        const bool runs = !response && response.error().status == kConflict;
        if (!response && !runs) return start_again_after(response.error());
        note_answer();
        if (response) note_delay(*response);
        if (++index_ < challenges_.size()) return Step{};
    }
    pause_ = plan_.first_pause;
    return wait_for(std::nullopt);
}

Outcome<Step> OrderFlow::start_again_after(const Failure& failure) {
    // The challenge may run already: its authorization tells.
    const bool refused = failure.error.kind == base::ErrorKind::rejected;
    const bool worth_a_look =
        refused ? challenge_restarts_ == 0
                : failure.unanswered() && challenge_restarts_ < kMostChallengeRestarts;
    if (!worth_a_look) return failure;
    ++challenge_restarts_;
    return enter(Phase::read_authorizations);
}

Outcome<Step> OrderFlow::finalize() {
    auto csr = plan_.csr();
    if (!csr) return Failure{std::move(csr).error(), std::nullopt, order_->finalize, 0};
    json::Writer payload;
    payload.begin_object().member("csr", std::string_view(base::to_base64url(*csr))).end_object();
    if (++finalize_attempts_ == 1) pause_ = kAfterFinalize;
    const auto response = client_.post(order_->finalize, payload.text());
    if (!response) {
        const Failure& failure = response.error();
        if (finalize_attempts_ == kMostFinalizeAttempts) return failure;
        if (failure.is("orderNotReady")) return wait_for(std::nullopt);
        // Perhaps it was finalized: the order tells, and a second one is never made.
        return read_again_after(failure);
    }
    finalized_ = true;
    if (!parse_order(response->body)) return wait_for(std::nullopt);
    return take_order(*response, order_->finalize);
}

Outcome<Step> OrderFlow::download() {
    auto certificate = fetch_certificate(client_, order_->certificate);
    if (!certificate) return read_again_after(certificate.error());
    certificate_ = std::move(*certificate);
    phase_ = Phase::done;
    return Step{Next::done, {}};
}

Step OrderFlow::enter(Phase phase) {
    if (phase == Phase::read_authorizations) challenges_.clear();
    phase_ = phase;
    index_ = 0;
    return Step{};
}

}  // namespace acme
