#include "ca/session.h"

#include "acme/account.h"
#include "ca/directory.h"
#include "ca/locks.h"
#include "ca/register_account.h"
#include "ca/stored_account.h"
#include "json/value.h"

namespace ca {
namespace {

constexpr std::chrono::seconds kAccountPatience{60};

acme::Failure local(base::Error error, std::string url) {
    return {std::move(error), std::nullopt, std::move(url)};
}

/// Did lego or we store a whole registration? Without a status lego looks the account up again.
bool is_registered(const store::StoredAccount& account) {
    if (account.url.empty() || account.registration.empty()) return false;
    const auto body = json::Value::parse(account.registration);
    return body && !body->string("status").value_or("").empty();
}

/// Where it is damaged, with what to do.
base::Result<crypto::PrivateKey> read_key(const Context& context,
                                          const store::StoredAccount& account,
                                          const std::string& server, const std::string& email) {
    auto key = read_account_key(context, account, server, email);
    if (key) return key;
    const std::string file = context.store.account_key_file(server, email).string();
    key.error().steps = {
        "Put the file back from a backup. Without one, move it away, and the next run makes a new "
        "account: sudo mv " +
        file + " " + file + ".damaged"};
    return key;
}

}  // namespace

bool has_account(const Context& context, const std::string& server, const std::string& email) {
    const auto stored = context.store.read_account(server, email);
    return stored && *stored && is_registered(**stored);
}

bool CaSessions::was_account_refused(const std::string& server, const std::string& email) const {
    const auto place = places_.find({server, email});
    return place != places_.end() && place->second.account_refused;
}

std::shared_ptr<acme::RequestLimits> CaSessions::limits_of(const std::string& server) {
    auto& limits = limits_[server];
    if (!limits) limits = std::make_shared<acme::RequestLimits>(context_.clock);
    return limits;
}

std::unique_ptr<CaSession> CaSessions::start(crypto::PrivateKey key, acme::Directory directory,
                                             const ChosenCa& ca, const LegoOptions& options) {
    auto session = std::make_unique<CaSession>(context_, std::move(key), std::move(directory),
                                               limits_of(ca.server));
    if (options.http_timeout) session->client().use_deadline(*options.http_timeout);
    return session;
}

/// A key change that was cut short: the CA may know the account by the key that was to be.
async::Task<void> CaSessions::finish_key_change(const ChosenCa& ca,
                                                const settings::Settings& settings,
                                                const acme::Directory& directory,
                                                const store::StoredAccount& account) {
    const std::string& server = ca.server;
    const std::string email = settings.account_email();
    const auto waiting = context_.store.read_next_account_key(server, email);
    if (!waiting || !*waiting) co_return;
    // Who holds the lock is in the middle of such a change and brings it to its end.
    const auto lock = context_.store.try_lock_accounts(store::IfHeld::refuse);
    if (!lock) co_return;
    const auto pem = context_.store.read_next_account_key(server, email);
    if (!pem || !*pem) co_return;
    const auto key = crypto::PrivateKey::parse_pem((*pem)->reveal());
    if (!key) co_return;
    acme::Client client{context_.http, context_.clock, directory, *key, limits_of(server)};
    const auto found = co_await acme::find_account(client);
    base::Result<void> done;
    if (found && found->url == account.url) {
        done = context_.store.adopt_next_account_key(server, email);
    } else if (!found && found.error().is("accountDoesNotExist")) {
        done = context_.store.drop_next_account_key(server, email);
    }
    if (!done) context_.log.warn(done.error().message);
}

async::Task<CaSessions::Opened> CaSessions::make(const ChosenCa& ca,
                                                 const settings::Settings& settings,
                                                 const LegoOptions& options) {
    const std::string& server = ca.server;
    const std::string email = settings.account_email();
    auto directory = co_await open_directory(context_, server);
    if (!directory) co_return std::move(directory).error();
    auto stored = context_.store.read_account(server, email);
    if (!stored) co_return local(std::move(stored).error(), server);
    if (*stored && is_registered(**stored)) {
        co_await finish_key_change(ca, settings, *directory, **stored);
        stored = context_.store.read_account(server, email);
    }
    if (!stored || !*stored || !is_registered(**stored)) {
        co_return co_await make_account(ca, settings, options, std::move(*directory));
    }
    auto key = read_key(context_, **stored, server, email);
    if (!key) co_return local(std::move(key).error(), server);
    auto session = start(std::move(*key), std::move(*directory), ca, options);
    session->client().use_account((*stored)->url);
    co_return session;
}

async::Task<CaSessions::Opened> CaSessions::make_account(const ChosenCa& ca,
                                                         const settings::Settings& settings,
                                                         const LegoOptions& options,
                                                         acme::Directory directory) {
    const std::string& server = ca.server;
    const std::string email = settings.account_email();
    // Other flows of this run hold the lock as another run does; for those patience has no end.
    const async::Semaphore::Permit turn = co_await making_account_.acquire();
    const auto lock = co_await lock_accounts(context_, kAccountPatience);
    if (!lock) co_return local(lock.error(), server);
    // Another run may have made it while this one waited.
    auto stored = context_.store.read_account(server, email);
    if (!stored) co_return local(std::move(stored).error(), server);

    const bool key_is_new = !stored->has_value();
    auto key = key_is_new
                   ? crypto::PrivateKey::generate(options.key_type.value_or(crypto::KeyType::p256))
                   : read_key(context_, **stored, server, email);
    if (!key) co_return local(std::move(key).error(), server);
    if (key_is_new) {
        if (auto kept = context_.store.write_account_key(server, email, key->to_pem()); !kept) {
            co_return local(std::move(kept).error(), server);
        }
    }
    auto session = start(std::move(*key), std::move(directory), ca, options);
    acme::Client& client = session->client();
    if (!key_is_new && is_registered(**stored)) {
        client.use_account((*stored)->url);
        co_return session;
    }
    auto asking = key_is_new ? register_account(context_, client, ca, settings, options)
                             : find_or_register(context_, client, ca, settings, options);
    const auto account = co_await asking;
    if (!account) {
        const bool refused = account.error().url == client.directory().new_account;
        if (refused) places_[{server, email}].account_refused = true;
        co_return account.error();
    }
    if (auto kept = context_.store.write_account(server, email, account->url, account->text);
        !kept) {
        co_return local(std::move(kept).error(), server);
    }
    if (!key_is_new && (*stored)->is_damaged) {
        context_.log.warn((context_.store.account_folder(server, email) / "account.json").string() +
                          " was damaged; the CA named the account of its key, and it was written "
                          "anew");
    }
    co_return session;
}

async::Task<acme::Outcome<void>> CaSessions::find_again(acme::Client& client, const ChosenCa& ca,
                                                        const settings::Settings& settings,
                                                        const LegoOptions& options) {
    const std::string& server = ca.server;
    const auto account = co_await find_or_register(context_, client, ca, settings, options);
    if (!account) co_return account.error();
    const auto kept =
        context_.store.write_account(server, settings.account_email(), account->url, account->text);
    if (!kept) co_return local(kept.error(), server);
    context_.log.verbose(
        "The CA did not know the account of this host any more; it was registered "
        "again with the same key");
    co_return acme::Outcome<void>{};
}

async::Task<acme::Outcome<void>> CaSessions::recover(ChosenCa ca,
                                                     const settings::Settings& settings,
                                                     const LegoOptions& options) {
    const std::string& server = ca.server;
    Place& place = places_[{server, settings.account_email()}];
    const bool was_recovered = place.recovered.has_value();
    const async::Semaphore::Permit turn = co_await place.turn.acquire();
    const bool is_open = place.opened && *place.opened;
    if (!is_open || was_recovered) {
        co_return acme::fail(base::ErrorKind::rejected, "The CA does not know the account", server);
    }
    if (!place.recovered) {
        acme::Client& client = place.opened->value()->client();
        place.recovered = co_await find_again(client, ca, settings, options);
    }
    co_return *place.recovered;
}

async::Task<acme::Outcome<CaSession*>> CaSessions::open(ChosenCa ca,
                                                        const settings::Settings& settings,
                                                        const LegoOptions& options) {
    Place& place = places_[{ca.server, settings.account_email()}];
    const async::Semaphore::Permit turn = co_await place.turn.acquire();
    if (!place.opened) place.opened = co_await make(ca, settings, options);
    if (!*place.opened) co_return place.opened->error();
    co_return place.opened->value().get();
}

}  // namespace ca
