#include <algorithm>

#include "account/account.h"
#include "account/dead_account.h"
#include "account/open_account.h"
#include "account/users.h"
#include "acme/account.h"
#include "acme/client.h"
#include "acme/key_change.h"
#include "async/sleep.h"
#include "base/text.h"
#include "ca/locks.h"
#include "http/link.h"

namespace account {
namespace {

constexpr std::chrono::seconds kPatience{30};
/// Let's Encrypt's servers remember an account for five seconds.
constexpr std::chrono::seconds kUntilTaken{30};

void drop_next_key(const ca::Context& context, const AccountChoice& choice) {
    const auto dropped = context.store.drop_next_account_key(choice.settings.server.computed,
                                                             choice.settings.account_email());
    if (!dropped) context.log.warn(dropped.error().message);
}

base::Error no_rollover(const AccountChoice& choice, const std::string& ca, std::string_view why) {
    return {base::ErrorKind::invalid_input,
            ca + " has no key rollover: " + std::string{why} + ". The account keeps its key",
            std::nullopt,
            {"To order with another key all the same make a new account with: " +
             account_command("register", choice)}};
}

/// The CA does not know what it was asked to do.
bool is_not_offered(const acme::Failure& failure) {
    constexpr int kNotFound = 404;
    constexpr int kNotAllowed = 405;
    constexpr int kNotImplemented = 501;
    if (failure.is("accountDoesNotExist")) return false;
    return failure.status == kNotFound || failure.status == kNotAllowed ||
           failure.status == kNotImplemented;
}

/// What a change left undone: is the key to be the account's all the same, to be kept, or to go?
async::Task<base::Result<void>> judge(ca::Context& context, const AccountChoice& choice,
                                      const OpenAccount& account, const crypto::PrivateKey& next,
                                      const acme::Failure& failure) {
    if (is_not_offered(failure)) {
        drop_next_key(context, choice);
        co_return no_rollover(
            choice, http::host_of(account.directory.url),
            "its address for that answers HTTP " + std::to_string(failure.status));
    }
    if (status_of_dead_account(failure)) {
        drop_next_key(context, choice);
        base::Error error = failure.error;
        error.steps = {"Make a new one with: " + account_command("register", choice)};
        co_return error;
    }
    // Even a refusal may answer a request that was sent twice, of which the first was carried out.
    const auto taken = co_await is_key_of(context, account, next);
    if (taken && *taken) co_return base::Result<void>{};
    base::Error error = failure.error;
    if (taken && is_refusal(failure)) {
        drop_next_key(context, choice);
        co_return error;
    }
    error.steps.emplace_back(
        "Perhaps the CA has the new key already; both are kept. Once it answers, run the same "
        "command again.");
    co_return error;
}

/// When the CA is asked for the account again: in a second, or when it wants to be asked.
std::chrono::seconds pause_after(const acme::Failure& failure, base::UtcTime now) {
    constexpr std::chrono::seconds kShortest{1};
    const auto& wanted = failure.error.retry_at;
    if (!wanted) return kShortest;
    return std::max(std::chrono::ceil<std::chrono::seconds>(*wanted - now), kShortest);
}

base::Error not_taken_yet(const acme::Client& client, const acme::Failure& failure) {
    base::Error error = failure.error;
    const std::string when =
        error.retry_at ? "after " + base::to_readable(*error.retry_at) : "in a minute";
    error.message = client.name() + " has the new key, but does not take it yet: " + error.message;
    error.steps = {"Both keys are kept. Run the same command again " + when + "."};
    return error;
}

/// A CA has many servers, and each may remember the old key for some seconds.
async::Task<base::Result<void>> wait_until_taken(ca::Context& context, const OpenAccount& account,
                                                 const crypto::PrivateKey& next) {
    const auto deadline = context.clock.monotonic() + kUntilTaken;
    acme::Client client{context.http, context.clock, account.directory, next};
    client.use_account(account.stored.url);
    for (;;) {
        const auto answer = co_await acme::fetch_account(client);
        if (answer) co_return base::Result<void>{};
        const auto pause = pause_after(answer.error(), context.clock.now());
        if (context.clock.monotonic() + pause > deadline) {
            co_return not_taken_yet(client, answer.error());
        }
        co_await async::sleep_for(pause);
    }
}

async::Task<base::Result<void>> change_key(ca::Context& context, const AccountChoice& choice,
                                           const OpenAccount& account,
                                           const crypto::PrivateKey& next) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    acme::Client client{context.http, context.clock, account.directory, account.key};
    if (account.directory.key_change.empty()) {
        co_return no_rollover(choice, client.name(), "its directory names no address for that");
    }
    auto kept = context.store.write_next_account_key(server, email, next.to_pem());
    if (!kept) co_return kept;
    client.use_account(account.stored.url);
    const auto changed = co_await acme::change_key(client, next);
    base::Result<void> done;
    if (!changed) done = co_await judge(context, choice, account, next, changed.error());
    if (done) done = co_await wait_until_taken(context, account, next);
    co_return done ? context.store.adopt_next_account_key(server, email) : done;
}

}  // namespace

async::Task<base::Result<void>> roll_over(ca::Context& context, const AccountChoice& choice,
                                          const std::vector<dokku::AppName>& apps) {
    const auto lock = co_await ca::lock_accounts(context, kPatience);
    if (!lock) co_return lock.error();
    auto account = co_await open_account(context, choice);
    if (!account) co_return std::move(account).error();
    const std::string old_thumbprint = account->key.thumbprint();
    context.log.info2("New key for the account of " + choice.settings.account_email() + " at " +
                      base::printable(choice.settings.server.computed));
    const auto taken_up = co_await resume_rollover(context, choice, *account);
    if (!taken_up) co_return taken_up.error();
    std::string thumbprint = account->key.thumbprint();
    if (*taken_up) {
        context.log.verbose("An earlier rollover had reached the CA; its key is used");
    } else {
        const auto next = crypto::PrivateKey::generate(account->key.type());
        if (!next) co_return next.error();
        auto changed = co_await change_key(context, choice, *account, *next);
        if (!changed) co_return changed;
        thumbprint = next->thumbprint();
    }
    const auto users = users_of(context, choice, apps);
    co_await rewrite_routes(context, users, old_thumbprint, thumbprint);
    context.log.verbose("The CA knows the account by its new key now; thumbprint " + thumbprint);
    context.log.info1("Done");
    co_return base::Result<void>{};
}

}  // namespace account
