#include "acme/order_flow.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "acme/unusable_answer.h"
#include "base/base64.h"
#include "http/retry_after.h"
#include "json/writer.h"

namespace acme {
namespace {

constexpr std::chrono::milliseconds kAfterFinalize{250};
constexpr std::chrono::milliseconds kFirstPause{250};
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

std::string finalize_payload(std::string_view csr) {
    json::Writer payload;
    payload.begin_object().member("csr", base::to_base64url(csr)).end_object();
    return payload.text();
}

}  // namespace

OrderFlow::OrderFlow(Client& client, OrderPlan plan, OrderJournal& journal)
    : client_(client),
      plan_(std::move(plan)),
      journal_(journal),
      pace_(kFirstPause),
      order_url_(plan_.order_url) {
    plan_.wanted = without_repeats(plan_.wanted);
}

async::Task<Outcome<IssuedCertificate>> OrderFlow::run() {
    auto certificate = co_await obtain();
    if (certificate) co_return certificate;
    Failure failure =
        given_up_ ? std::move(*given_up_) : failure_of(request_, std::move(certificate).error());
    failure.invalid = invalid_;
    co_return failure;
}

/// From top to bottom. A step that is not the order's next one does nothing: so after an answer
/// that got lost the next round takes the order up as the CA shows it then.
async::Task<Outcome<IssuedCertificate>> OrderFlow::obtain() {
    const Step first = order_url_.empty() ? post_new_order() : read_order();
    auto done = co_await first;
    while (done && !certificate_) {
        done = co_await read_authorizations();
        if (done) done = co_await present_challenges();
        if (done) done = co_await start_challenges();
        if (done) done = co_await wait_for_our_turn();  // until it is `ready`
        if (done) done = co_await finalize();
        if (done) done = co_await wait_for_our_turn();  // until it is `valid`
        if (done) done = co_await download();
    }
    if (!done) co_return std::move(done).error();
    co_return std::move(*certificate_);
}

OrderFlow::Step OrderFlow::post_new_order() {
    const std::string url = client_.directory().new_order;
    while (true) {
        if (auto may = may_send(RequestKind::new_order); !may) co_return may;
        const auto response = co_await client_.post(url, new_order_payload(plan_));
        if (response) co_return take_new_order(*response);
        if (!may_order_again_after(response.error())) co_return response.error();
    }
}

bool OrderFlow::may_order_again_after(const Failure& failure) {
    // Nothing else tells whether the CA has the order, so it is asked for once more.
    const bool lost = failure.unanswered() && failure.status == 0;
    if (lost && ++lost_answers_ == 1) return true;
    // A failure on the way to a nonce says nothing about the order.
    const bool is_about_order = failure.request != RequestKind::new_nonce;
    if (plan_.replaces.empty() || !is_about_order || !may_mean_replaces(failure)) return false;
    replaces_refused_ = failure.error.message;
    plan_.replaces.clear();
    lost_answers_ = 0;  // this was an answer
    return true;
}

Outcome<void> OrderFlow::take_new_order(const http::Response& response) {
    const std::string& url = client_.directory().new_order;
    auto location = read_location(response, "an order", client_.name(), url);
    if (!location) return std::move(location).error();
    order_url_ = std::move(*location);
    replaced_ = !plan_.replaces.empty();
    auto taken = take_order(response, url);
    // Also where the answer cannot be used otherwise: the CA has the order.
    auto kept = journal_.ordered(*this);
    if (!kept) return give_up({std::move(kept).error(), std::nullopt, ""});
    return taken;
}

OrderFlow::Step OrderFlow::read_order() {
    if (auto may = may_send(RequestKind::order); !may) co_return may;
    const auto response = co_await client_.post_as_get(order_url_);
    if (!response) co_return co_await look_again_after(response.error());
    co_return take_order(*response, order_url_);
}

Outcome<void> OrderFlow::take_order(const http::Response& response, const std::string& url) {
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
    if (order_->status == OrderStatus::processing) was_processing_ = true;
    pace_.ask(http::retry_after(response, client_.clock().now()));
    return {};
}

OrderFlow::Step OrderFlow::finalize() {
    // One that is `ready` after a finalize that was accepted is an answer from before that.
    if (order_->status != OrderStatus::ready || is_finalized_) co_return Outcome<void>{};
    if (auto may = may_send(RequestKind::finalize); !may) co_return may;
    auto csr = plan_.csr();
    if (!csr) co_return Failure{std::move(csr).error(), std::nullopt, order_->finalize, 0};
    if (++finalize_attempts_ == 1) pace_.start_at(kAfterFinalize);
    const std::string url = order_->finalize;
    const auto response = co_await client_.post(url, finalize_payload(*csr));
    if (!response) co_return co_await finalize_again_after(response.error());
    is_finalized_ = true;
    if (!parse_order(response->body)) co_return co_await poll();
    co_return take_order(*response, url);
}

OrderFlow::Step OrderFlow::finalize_again_after(Failure failure) {
    if (finalize_attempts_ == kMostFinalizeAttempts) co_return failure;
    if (failure.is("orderNotReady")) co_return co_await poll();
    // Perhaps it was finalized: the order tells, and a second one is never made.
    co_return co_await look_again_after(std::move(failure));
}

OrderFlow::Step OrderFlow::download() {
    const bool is_there = order_->status == OrderStatus::valid && !order_->certificate.empty();
    if (!is_there) co_return Outcome<void>{};
    if (auto may = may_send(RequestKind::certificate); !may) co_return may;
    auto certificate = co_await fetch_certificate(client_, order_->certificate);
    if (!certificate) co_return co_await look_again_after(certificate.error());
    certificate_ = std::move(*certificate);
    co_return Outcome<void>{};
}

}  // namespace acme
