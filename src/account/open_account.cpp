#include "account/open_account.h"

#include "acme/account.h"
#include "acme/client.h"
#include "base/text.h"
#include "ca/directory.h"
#include "ca/stored_account.h"

namespace account {
namespace {

/// account.json was damaged: the CA finds the account by its key.
base::Result<void> recover(ca::Context& context, const AccountChoice& choice,
                           OpenAccount& account) {
    acme::Client client{context.blocking_http, context.clock, account.directory, account.key};
    const auto found = acme::find_account(client);
    if (!found) return found.error().error;
    account.stored.url = found->url;
    account.stored.registration = found->text;
    return context.store.write_account(choice.settings.server.computed,
                                       choice.settings.account_email(), found->url, found->text);
}

}  // namespace

base::Result<OpenAccount> open_account(ca::Context& context, const AccountChoice& choice) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    auto stored = context.store.read_account(server, email);
    if (!stored) return std::move(stored).error();
    if (!*stored || ((*stored)->url.empty() && !(*stored)->is_damaged)) {
        return base::fail(base::ErrorKind::not_found,
                          "There is no account of " + email + " at " + base::printable(server) +
                              " on this host yet",
                          {"It is registered with the first certificate: dokku letsencrypt:enable "
                           "<app>"});
    }
    auto key = ca::read_account_key(context, **stored, choice.settings);
    if (!key) {
        key.error().steps = {
            "Put the file back from a backup. Without one make a new account with: " +
            account_command("register", choice)};
        return std::move(key).error();
    }
    auto directory = ca::open_directory(context, server);
    if (!directory) return std::move(directory).error().error;
    OpenAccount account{std::move(**stored), std::move(*key), std::move(*directory)};
    if (account.stored.is_damaged) {
        if (auto found = recover(context, choice, account); !found) return std::move(found).error();
    }
    return account;
}

base::Result<bool> is_key_of(ca::Context& context, const OpenAccount& account,
                             const crypto::PrivateKey& key) {
    acme::Client client{context.blocking_http, context.clock, account.directory, key};
    const auto found = acme::find_account(client);
    if (found) return found->url == account.stored.url;
    if (found.error().is("accountDoesNotExist")) return false;
    return found.error().error;
}

base::Result<bool> resume_rollover(ca::Context& context, const AccountChoice& choice,
                                   OpenAccount& account) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    const auto pem = context.store.read_next_account_key(server, email);
    if (!pem) return pem.error();
    if (!*pem) return false;
    auto key = crypto::PrivateKey::parse_pem((*pem)->reveal());
    if (!key) return false;
    auto taken = is_key_of(context, account, *key);
    if (!taken || !*taken) return taken;
    if (auto adopted = context.store.adopt_next_account_key(server, email); !adopted) {
        return std::move(adopted).error();
    }
    account.key = std::move(*key);
    return true;
}

bool is_refusal(const acme::Failure& failure) {
    constexpr int kFirst = 400;
    constexpr int kPast = 500;
    return failure.status >= kFirst && failure.status < kPast;
}

}  // namespace account
