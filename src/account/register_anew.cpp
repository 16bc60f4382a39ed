#include <optional>

#include "account/account.h"
#include "account/bound_names.h"
#include "account/open_account.h"
#include "account/users.h"
#include "acme/client.h"
#include "base/text.h"
#include "ca/directory.h"
#include "ca/locks.h"
#include "ca/register_account.h"

namespace account {
namespace {

constexpr std::chrono::seconds kPatience{30};

/// What is known of the account that is to go; it may be of no use at all.
struct OldAccount {
    bool is_there = false;
    std::string url;         ///< "" if there is none, or it is not known
    std::string thumbprint;  ///< of its key; likewise
};

/// One whose account.json was damaged is looked up by its key.
async::Task<base::Result<OldAccount>> read_old(ca::Context& context, const AccountChoice& choice) {
    const auto stored = context.store.read_account(choice.settings.server.computed,
                                                   choice.settings.account_email());
    if (!stored) co_return stored.error();
    if (!*stored) co_return OldAccount{};
    OldAccount old{true, (*stored)->url, ""};
    if (const auto key = crypto::PrivateKey::parse_pem((*stored)->key_pem.reveal())) {
        old.thumbprint = key->thumbprint();
    }
    if ((*stored)->is_damaged) {
        const auto opened = co_await open_account(context, choice);
        if (opened) old.url = opened->stored.url;
        if (!opened) {
            context.log.warn(
                "It is not known which account is to be replaced, so CAA records that name it are "
                "not looked for: " +
                opened.error().message);
        }
    }
    co_return old;
}

/// A new account is refused by them.
async::Task<std::vector<AccountRecord>> tell_records(const ca::Context& context,
                                                     const std::vector<AccountUser>& users,
                                                     const OldAccount& old) {
    std::vector<AccountRecord> records;
    if (old.url.empty()) co_return records;
    records = co_await find_account_records(context, users, old.url);
    if (records.empty()) co_return records;
    context.log.warn(
        "CAA records name the account that is to be replaced. Until they name the new one, the CA "
        "refuses to issue for:");
    for (const AccountRecord& each : records)
        context.log.warn(base::join(each.names, ", ") + ": " + each.record);
    co_return records;
}

/// A rollover that was cut short is brought to its end first, so that the key that is put aside is
/// the account's. Of an account that is no more either key is of no use.
async::Task<base::Result<void>> finish_rollover(ca::Context& context, const AccountChoice& choice,
                                                OldAccount& old) {
    const auto waiting = context.store.read_next_account_key(choice.settings.server.computed,
                                                             choice.settings.account_email());
    if (!waiting) co_return waiting.error();
    if (!*waiting) co_return base::Result<void>{};
    auto account = co_await open_account(context, choice);
    if (!account) co_return base::Result<void>{};
    const auto taken = co_await resume_rollover(context, choice, *account);
    if (!taken && taken.error().kind != base::ErrorKind::rejected) co_return taken.error();
    if (taken && *taken) old.thumbprint = account->key.thumbprint();
    co_return base::Result<void>{};
}

/// The key of a registration that was cut short: the CA may know it by now.
std::optional<crypto::PrivateKey> read_staged_key(const store::LocalStore& place,
                                                  const AccountChoice& choice) {
    const auto staged =
        place.read_account(choice.settings.server.computed, choice.settings.account_email());
    if (!staged || !*staged) return std::nullopt;
    auto key = crypto::PrivateKey::parse_pem((*staged)->key_pem.reveal());
    if (!key) return std::nullopt;
    return std::move(*key);
}

struct NewAccount {
    std::string url;
    std::string thumbprint;
};

/// What to do now that the CA has not made the account.
std::string next_step(const AccountChoice& choice, const base::Error& error) {
    const std::string command = account_command("register", choice);
    if (error.kind != base::ErrorKind::rate_limited) {
        return "Its key is kept, for perhaps the CA has the account already. Once it answers, "
               "run: " +
               command;
    }
    if (!error.retry_at) return "Later run: " + command;
    return "From " + base::to_readable(*error.retry_at) +
           " on the CA wants to be asked again: " + command;
}

/// The key that was to be the account's goes where the CA refused it, and stays while the CA may
/// have made the account, or takes no account for a while.
base::Error fail_staged(const ca::Context& context, const AccountChoice& choice,
                        const acme::Failure& failure) {
    base::Error error = failure.error;
    if (is_refusal(failure) && error.kind != base::ErrorKind::rate_limited) {
        const auto dropped = context.store.drop_new_account(choice.settings.server.computed,
                                                            choice.settings.account_email());
        if (!dropped) context.log.warn(dropped.error().message);
    } else if (failure.status != 0 || failure.unanswered()) {
        error.steps.push_back(next_step(choice, error));
    }
    return error;
}

/// Makes the account beside the old one. Its key is on disk before the CA hears of it.
async::Task<base::Result<NewAccount>> stage_account(ca::Context& context,
                                                    const AccountChoice& choice) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    const ca::LegoOptions options = ca::read_options(choice.settings).lego;
    auto directory = co_await ca::open_directory(context, server);
    if (!directory) co_return std::move(directory).error().error;
    const store::LocalStore place = context.store.new_accounts();
    auto staged = read_staged_key(place, choice);
    const bool is_begun = staged.has_value();
    const auto key =
        is_begun ? base::Result<crypto::PrivateKey>{std::move(*staged)}
                 : crypto::PrivateKey::generate(options.key_type.value_or(crypto::KeyType::p256));
    if (!key) co_return key.error();
    if (auto kept = place.write_account_key(server, email, key->to_pem()); !kept) {
        co_return std::move(kept).error();
    }
    acme::Client client{context.http, context.clock, std::move(*directory), *key};
    if (options.http_timeout) client.use_deadline(*options.http_timeout);
    const ca::ChosenCa at = ca::set_ca(choice.settings, options);
    auto asking = is_begun ? ca::find_or_register(context, client, at, choice.settings, options)
                           : ca::register_account(context, client, at, choice.settings, options);
    const auto account = co_await asking;
    if (!account) co_return fail_staged(context, choice, account.error());
    auto written = place.write_account(server, email, account->url, account->text);
    if (!written) co_return std::move(written).error();
    co_return NewAccount{account->url, key->thumbprint()};
}

/// What waits for an account that the CA takes is looked at again.
void mark_due(const ca::Context& context, const std::vector<AccountUser>& users) {
    for (const AccountUser& user : users) {
        const auto marked = context.store.mark_due(user.app.text(), context.clock.now());
        if (!marked) context.log.warn(user.app.text() + ": " + marked.error().message);
    }
}

}  // namespace

async::Task<base::Result<void>> register_anew(ca::Context& context, const AccountChoice& choice,
                                              const std::vector<dokku::AppName>& apps) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    const auto lock = co_await ca::lock_accounts(context, kPatience);
    if (!lock) co_return lock.error();
    const auto users = users_of(context, choice, apps);
    auto old = co_await read_old(context, choice);
    if (!old) co_return std::move(old).error();
    const auto records = co_await tell_records(context, users, *old);
    context.log.info2("New account of " + email + " at " + base::printable(server));
    auto finished = co_await finish_rollover(context, choice, *old);
    if (!finished) co_return finished;
    auto account = co_await stage_account(context, choice);
    if (!account) {
        if (old->is_there) account.error().steps.emplace_back("The account in use is as it was.");
        co_return std::move(account).error();
    }
    const auto retired = context.store.adopt_new_account(server, email, context.clock.now());
    if (!retired) co_return retired.error();
    if (auto dropped = context.store.drop_next_account_key(server, email); !dropped) {
        context.log.warn(dropped.error().message);
    }
    if (!old->thumbprint.empty()) {
        co_await rewrite_routes(context, users, old->thumbprint, account->thumbprint);
    }
    mark_due(context, users);
    context.log.verbose("It is " + base::printable(account->url) + "; the thumbprint of its key " +
                        account->thumbprint);
    if (!records.empty()) {
        context.log.verbose("In those CAA records put " + base::printable(account->url) +
                            " in place of " + base::printable(old->url));
    }
    if (*retired) {
        context.log.verbose("The files of the old one are in " + (*retired)->string() +
                            "; certificates stay valid");
    }
    context.log.info1("Done");
    co_return base::Result<void>{};
}

}  // namespace account
