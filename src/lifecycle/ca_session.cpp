#include "lifecycle/ca_session.h"

#include "acme/account.h"
#include "json/value.h"

namespace lifecycle {
namespace {

acme::Failure local(base::Error error, std::string url) {
    return {std::move(error), std::nullopt, std::move(url)};
}

/// Did lego or we store a whole registration? Without a status lego looks the account up again.
bool is_registered(const store::StoredAccount& account) {
    if (account.url.empty() || account.registration.empty()) return false;
    const auto body = json::Value::parse(account.registration);
    return body && !body->string("status").value_or("").empty();
}

std::vector<std::string> contacts(const dokku::Settings& settings) {
    const std::string email = settings.contact();
    if (email.empty()) return {};
    return {"mailto:" + email};
}

/// The account of a key that was there before, else a new one.
acme::Outcome<acme::Account> find_or_register(acme::Client& client, const dokku::Settings& settings,
                                              bool key_is_new) {
    if (!key_is_new) {
        auto found = acme::find_account(client);
        if (found || !found.error().is("accountDoesNotExist")) return found;
    }
    return acme::register_account(client, contacts(settings));
}

}  // namespace

acme::Outcome<acme::Directory> CaSessions::directory(const std::string& url) {
    if (const auto kept = context_.store.read_directory(url, context_.clock.now())) {
        auto parsed = acme::parse_directory(*kept, url);
        if (parsed) return std::move(*parsed);
    }
    auto fetched = acme::fetch_directory(context_.http, context_.clock, url);
    if (!fetched) return fetched;
    // Without the copy the next run asks again, that is all.
    (void)context_.store.write_directory(url, fetched->text);
    return fetched;
}

CaSessions::Opened CaSessions::make(const dokku::Settings& settings) {
    const std::string& server = settings.server.computed;
    const std::string email = settings.account_email();
    auto read = directory(server);
    if (!read) return std::move(read).error();
    auto stored = context_.store.read_account(server, email);
    if (!stored) return local(std::move(stored).error(), server);

    const bool key_is_new = !stored->has_value();
    auto key = key_is_new ? crypto::PrivateKey::generate(crypto::KeyType::p256)
                          : crypto::PrivateKey::parse_pem((*stored)->key_pem.reveal());
    if (!key) {
        key.error().message = "the account key for " + email + ": " + key.error().message;
        return local(std::move(key).error(), server);
    }
    if (key_is_new) {
        if (auto kept = context_.store.write_account_key(server, email, key->to_pem()); !kept) {
            return local(std::move(kept).error(), server);
        }
    }
    auto session = std::make_unique<CaSession>(context_, std::move(*key), std::move(*read));
    if (!key_is_new && is_registered(**stored)) {
        session->client().use_account((*stored)->url);
        return session;
    }
    const auto account = find_or_register(session->client(), settings, key_is_new);
    if (!account) return account.error();
    if (auto kept = context_.store.write_account(server, email, account->url, account->text);
        !kept) {
        return local(std::move(kept).error(), server);
    }
    return session;
}

acme::Outcome<CaSession*> CaSessions::open(const dokku::Settings& settings) {
    const Key key{settings.server.computed, settings.account_email()};
    auto found = sessions_.find(key);
    if (found == sessions_.end()) found = sessions_.emplace(key, make(settings)).first;
    if (!found->second) return found->second.error();
    return found->second->get();
}

}  // namespace lifecycle
