#include "ca/session.h"

#include "acme/account.h"
#include "ca/directory.h"
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
                                          const settings::Settings& settings) {
    auto key = read_account_key(context, account, settings);
    if (key) return key;
    const std::string file =
        context.store.account_key_file(settings.server.computed, settings.account_email()).string();
    key.error().steps = {
        "Put the file back from a backup. Without one, move it away, and the next run makes a new "
        "account: sudo mv " +
        file + " " + file + ".damaged"};
    return key;
}

}  // namespace

bool has_account(const Context& context, const settings::Settings& settings) {
    const auto stored =
        context.store.read_account(settings.server.computed, settings.account_email());
    return stored && *stored && is_registered(**stored);
}

bool CaSessions::was_account_refused(const settings::Settings& settings) const {
    return account_refused_.contains({settings.server.computed, settings.account_email()});
}

std::unique_ptr<CaSession> CaSessions::start(crypto::PrivateKey key, acme::Directory directory,
                                             const LegoOptions& options) {
    auto session = std::make_unique<CaSession>(context_, std::move(key), std::move(directory));
    if (options.http_timeout) session->client().use_deadline(*options.http_timeout);
    return session;
}

/// A key change that was cut short: the CA may know the account by the key that was to be.
void CaSessions::finish_key_change(const settings::Settings& settings,
                                   const acme::Directory& directory,
                                   const store::StoredAccount& account) {
    const std::string& server = settings.server.computed;
    const std::string email = settings.account_email();
    const auto waiting = context_.store.read_next_account_key(server, email);
    if (!waiting || !*waiting) return;
    // Who holds the lock is in the middle of such a change and brings it to its end.
    const auto lock = context_.store.lock_accounts(std::chrono::milliseconds{0}, context_.clock);
    if (!lock) return;
    const auto pem = context_.store.read_next_account_key(server, email);
    if (!pem || !*pem) return;
    const auto key = crypto::PrivateKey::parse_pem((*pem)->reveal());
    if (!key) return;
    acme::Client client{context_.blocking_http, context_.clock, directory, *key};
    const auto found = acme::find_account(client);
    base::Result<void> done;
    if (found && found->url == account.url) {
        done = context_.store.adopt_next_account_key(server, email);
    } else if (!found && found.error().is("accountDoesNotExist")) {
        done = context_.store.drop_next_account_key(server, email);
    }
    if (!done) context_.log.warn(done.error().message);
}

CaSessions::Opened CaSessions::make(const settings::Settings& settings,
                                    const LegoOptions& options) {
    const std::string& server = settings.server.computed;
    auto directory = open_directory(context_, server);
    if (!directory) return std::move(directory).error();
    auto stored = context_.store.read_account(server, settings.account_email());
    if (!stored) return local(std::move(stored).error(), server);
    if (*stored && is_registered(**stored)) {
        finish_key_change(settings, *directory, **stored);
        stored = context_.store.read_account(server, settings.account_email());
        if (!stored || !*stored) return make_account(settings, options, std::move(*directory));
        auto key = read_key(context_, **stored, settings);
        if (!key) return local(std::move(key).error(), server);
        auto session = start(std::move(*key), std::move(*directory), options);
        session->client().use_account((*stored)->url);
        return session;
    }
    return make_account(settings, options, std::move(*directory));
}

CaSessions::Opened CaSessions::make_account(const settings::Settings& settings,
                                            const LegoOptions& options, acme::Directory directory) {
    const std::string& server = settings.server.computed;
    const std::string email = settings.account_email();
    const auto lock = context_.store.lock_accounts(kAccountPatience, context_.clock);
    if (!lock) return local(lock.error(), server);
    // Another run may have made it while this one waited.
    auto stored = context_.store.read_account(server, email);
    if (!stored) return local(std::move(stored).error(), server);

    const bool key_is_new = !stored->has_value();
    auto key = key_is_new
                   ? crypto::PrivateKey::generate(options.key_type.value_or(crypto::KeyType::p256))
                   : read_key(context_, **stored, settings);
    if (!key) return local(std::move(key).error(), server);
    if (key_is_new) {
        if (auto kept = context_.store.write_account_key(server, email, key->to_pem()); !kept) {
            return local(std::move(kept).error(), server);
        }
    }
    auto session = start(std::move(*key), std::move(directory), options);
    if (!key_is_new && is_registered(**stored)) {
        session->client().use_account((*stored)->url);
        return session;
    }
    const auto account = key_is_new
                             ? register_account(context_, session->client(), settings, options)
                             : find_or_register(context_, session->client(), settings, options);
    if (!account) {
        const bool refused = account.error().url == session->client().directory().new_account;
        if (refused) account_refused_.insert({server, email});
        return account.error();
    }
    if (auto kept = context_.store.write_account(server, email, account->url, account->text);
        !kept) {
        return local(std::move(kept).error(), server);
    }
    if (!key_is_new && (*stored)->is_damaged) {
        context_.log.warn((context_.store.account_folder(server, email) / "account.json").string() +
                          " was damaged; the CA named the account of its key, and it was written "
                          "anew");
    }
    return session;
}

acme::Outcome<void> CaSessions::recover(const settings::Settings& settings,
                                        const LegoOptions& options) {
    const Key key{settings.server.computed, settings.account_email()};
    const auto found = sessions_.find(key);
    if (found == sessions_.end() || !found->second || !recovered_.insert(key).second) {
        return acme::fail(base::ErrorKind::rejected, "The CA does not know the account", key.first);
    }
    acme::Client& client = found->second->get()->client();
    const auto account = find_or_register(context_, client, settings, options);
    if (!account) return account.error();
    const auto kept =
        context_.store.write_account(key.first, key.second, account->url, account->text);
    if (!kept) return local(kept.error(), key.first);
    context_.log.verbose(
        "The CA did not know the account of this host any more; it was registered "
        "again with the same key");
    return {};
}

acme::Outcome<CaSession*> CaSessions::open(const settings::Settings& settings,
                                           const LegoOptions& options) {
    const Key key{settings.server.computed, settings.account_email()};
    auto found = sessions_.find(key);
    if (found == sessions_.end()) found = sessions_.emplace(key, make(settings, options)).first;
    if (!found->second) return found->second.error();
    return found->second->get();
}

}  // namespace ca
