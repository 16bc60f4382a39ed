#include "account/account.h"

#include <optional>

#include "account/dead_account.h"
#include "account/open_account.h"
#include "acme/account.h"
#include "acme/client.h"
#include "base/text.h"
#include "ca/locks.h"
#include "dokku/log.h"
#include "json/writer.h"

namespace account {
namespace {

constexpr std::chrono::seconds kPatience{30};

/// What is shown, in this order.
struct Facts {
    std::vector<std::pair<std::string, std::string>> rows;
};

std::string status_of(const acme::Outcome<acme::Account>& answer) {
    if (answer) return answer->status;
    return std::string{status_of_dead_account(answer.error()).value_or("unknown")};
}

Facts facts_of(const ca::Context& context, const AccountChoice& choice, const OpenAccount& account,
               const acme::Outcome<acme::Account>& answer) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    Facts facts;
    facts.rows = {{"server", server},
                  {"email", email},
                  {"url", account.stored.url},
                  {"status", status_of(answer)},
                  {"contact", answer ? base::join(answer->contacts, " ") : ""},
                  {"key-type", std::string{crypto::to_string(account.key.type())}},
                  {"key-thumbprint", account.key.thumbprint()},
                  {"stored-in", context.store.account_folder(server, email).string()}};
    return facts;
}

void print_text(const ca::Context& context, const AccountChoice& choice, const Facts& facts) {
    constexpr std::size_t kLabel = 18;
    context.log.info2("ACME account of " + choice.of_whom);
    for (const auto& [name, value] : facts.rows) {
        context.log.verbose(dokku::pad(name + ":", kLabel) + base::printable(value));
    }
}

void print_json(const ca::Context& context, const Facts& facts) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, value] : facts.rows)
        out.member(name, value);
    out.end_object();
    context.log.plain(out.text());
}

}  // namespace

async::Task<base::Result<void>> show_account(ca::Context& context, const AccountChoice& choice,
                                             AccountFormat format) {
    const auto account = co_await open_account(context, choice);
    if (!account) co_return account.error();
    acme::Client client{context.http, context.clock, account->directory, account->key};
    client.use_account(account->stored.url);
    const auto answer = co_await acme::fetch_account(client);
    const bool is_dead = answer ? answer->status == "deactivated" || answer->status == "revoked"
                                : status_of_dead_account(answer.error()).has_value();
    if (!answer) context.log.warn(answer.error().error.message);
    const Facts facts = facts_of(context, choice, *account, answer);
    if (format == AccountFormat::json) {
        print_json(context, facts);
    } else {
        print_text(context, choice, facts);
    }
    if (!is_dead) co_return base::Result<void>{};
    co_return base::fail(base::ErrorKind::rejected, "The CA takes nothing of this account any more",
                         {"Make a new one with: " + account_command("register", choice)});
}

async::Task<base::Result<void>> deactivate(ca::Context& context, const AccountChoice& choice) {
    const auto lock = co_await ca::lock_accounts(context, kPatience);
    if (!lock) co_return lock.error();
    auto account = co_await open_account(context, choice);
    if (!account) co_return account.error();
    // If the CA has a newer key already, ours is refused as if the account were no more.
    const auto taken_up = co_await resume_rollover(context, choice, *account);
    acme::Client client{context.http, context.clock, account->directory, account->key};
    client.use_account(account->stored.url);
    const auto done = co_await acme::deactivate_account(client);
    // One that was deactivated before is refused; its files are of no more use either way.
    const bool is_no_more = !done && done.error().is("unauthorized") && taken_up;
    if (!done && !is_no_more) co_return done.error().error;
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    const auto put_aside = context.store.retire_account(server, email, context.clock.now());
    if (!put_aside) co_return put_aside.error();
    const auto dropped = context.store.drop_next_account_key(server, email);
    if (!dropped) context.log.warn(dropped.error().message);
    context.log.info2("The account of " + choice.settings.account_email() + " at " +
                      base::printable(choice.settings.server.computed) + " is deactivated");
    context.log.verbose("Its files are in " + put_aside->string());
    context.log.verbose("Certificates stay valid; the next order registers a new account");
    co_return base::Result<void>{};
}

}  // namespace account
