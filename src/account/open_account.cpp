#include "account/open_account.h"

#include "acme/account.h"
#include "acme/client.h"
#include "base/text.h"
#include "ca/directory.h"
#include "ca/stored_account.h"

namespace account {
namespace {

/// account.json was damaged: the CA finds the account by its key.
async::Task<base::Result<void>> recover(ca::Context& context, const AccountChoice& choice,
                                        OpenAccount& account) {
    acme::Client client{context.http, context.clock, account.directory, account.key};
    const auto found = co_await acme::find_account(client);
    if (!found) co_return found.error().error;
    account.stored.url = found->url;
    account.stored.registration = found->text;
    co_return context.store.write_account(choice.settings.server.computed,
                                          choice.settings.account_email(), found->url, found->text);
}

}  // namespace

async::Task<base::Result<OpenAccount>> open_account(ca::Context& context,
                                                    const AccountChoice& choice) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    auto stored = context.store.read_account(server, email);
    if (!stored) co_return std::move(stored).error();
    if (!*stored || ((*stored)->url.empty() && !(*stored)->is_damaged)) {
        co_return base::fail(
            base::ErrorKind::not_found,
            "There is no account of " + email + " at " + base::printable(server) +
                " on this host yet",
            {"It is registered with the first certificate: dokku letsencrypt:enable "
             "<app>"});
    }
    auto key = ca::read_account_key(context, **stored, server, email);
    if (!key) {
        key.error().steps = {
            "Put the file back from a backup. Without one make a new account with: " +
            account_command("register", choice)};
        co_return std::move(key).error();
    }
    auto directory = co_await ca::open_directory(context, server);
    if (!directory) co_return std::move(directory).error().error;
    OpenAccount account{std::move(**stored), std::move(*key), std::move(*directory)};
    if (account.stored.is_damaged) {
        auto found = co_await recover(context, choice, account);
        if (!found) co_return std::move(found).error();
    }
    co_return account;
}

async::Task<base::Result<bool>> is_key_of(ca::Context& context, const OpenAccount& account,
                                          const crypto::PrivateKey& key) {
    acme::Client client{context.http, context.clock, account.directory, key};
    const auto found = co_await acme::find_account(client);
    if (found) co_return found->url == account.stored.url;
    if (found.error().is("accountDoesNotExist")) co_return false;
    co_return found.error().error;
}

async::Task<base::Result<bool>> resume_rollover(ca::Context& context, const AccountChoice& choice,
                                                OpenAccount& account) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    const auto pem = context.store.read_next_account_key(server, email);
    if (!pem) co_return pem.error();
    if (!*pem) co_return false;
    auto key = crypto::PrivateKey::parse_pem((*pem)->reveal());
    if (!key) co_return false;
    auto taken = co_await is_key_of(context, account, *key);
    if (!taken || !*taken) co_return taken;
    if (auto adopted = context.store.adopt_next_account_key(server, email); !adopted) {
        co_return std::move(adopted).error();
    }
    account.key = std::move(*key);
    co_return true;
}

bool is_refusal(const acme::Failure& failure) {
    constexpr int kFirst = 400;
    constexpr int kPast = 500;
    return failure.status >= kFirst && failure.status < kPast;
}

}  // namespace account
