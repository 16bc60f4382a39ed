#include "lifecycle/account.h"

#include <optional>

#include "acme/account.h"
#include "acme/client.h"
#include "acme/key_change.h"
#include "base/text.h"
#include "dokku/challenge_route.h"
#include "dokku/nginx_service.h"
#include "json/writer.h"
#include "lifecycle/ca_directory.h"
#include "lifecycle/lego_options.h"

namespace lifecycle {
namespace {

constexpr std::chrono::seconds kPatience{30};

/// A registered account, ready to sign.
struct OpenAccount {
    store::StoredAccount stored;
    crypto::PrivateKey key;
    acme::Directory directory;
};

base::Error to_error(const acme::Failure& failure) {
    return failure.error;
}

/// account.json was damaged: the CA finds the account by its key.
base::Result<void> recover(Context& context, const AccountChoice& choice, OpenAccount& account) {
    acme::Client client{context.http, context.clock, account.directory, account.key};
    const auto found = acme::find_account(client);
    if (!found) return to_error(found.error());
    account.stored.url = found->url;
    account.stored.registration = found->text;
    return context.store.write_account(choice.settings.server.computed,
                                       choice.settings.account_email(), found->url, found->text);
}

base::Result<OpenAccount> open_account(Context& context, const AccountChoice& choice) {
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
    auto key = crypto::PrivateKey::parse_pem((*stored)->key_pem.reveal());
    if (!key) return std::move(key).error();
    auto directory = open_directory(context, server);
    if (!directory) return to_error(directory.error());
    OpenAccount account{std::move(**stored), std::move(*key), std::move(*directory)};
    if (account.stored.is_damaged) {
        if (auto found = recover(context, choice, account); !found) return std::move(found).error();
    }
    return account;
}

/// What is shown, in this order.
struct Facts {
    std::vector<std::pair<std::string, std::string>> rows;
};

Facts facts_of(const Context& context, const AccountChoice& choice, const OpenAccount& account,
               const acme::Outcome<acme::Account>& answer) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    Facts facts;
    facts.rows = {{"server", server},
                  {"email", email},
                  {"url", account.stored.url},
                  {"status", answer ? answer->status : "unknown"},
                  {"contact", answer ? base::join(answer->contacts, " ") : ""},
                  {"key-type", std::string{crypto::to_string(account.key.type())}},
                  {"key-thumbprint", account.key.thumbprint()},
                  {"stored-in", context.store.account_folder(server, email).string()}};
    return facts;
}

void print_text(const Context& context, const AccountChoice& choice, const Facts& facts) {
    constexpr std::size_t kLabel = 18;
    context.log.info2("ACME account of " + choice.of_whom);
    for (const auto& [name, value] : facts.rows) {
        context.log.verbose(dokku::pad(name + ":", kLabel) + base::printable(value));
    }
}

void print_json(const Context& context, const Facts& facts) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, value] : facts.rows)
        out.member(name, value);
    out.end_object();
    context.log.plain(out.text());
}

/// Does the CA know the account by this key? No answer is none.
base::Result<bool> is_key_of(Context& context, const OpenAccount& account,
                             const crypto::PrivateKey& key) {
    acme::Client client{context.http, context.clock, account.directory, key};
    const auto found = acme::find_account(client);
    if (found) return found->url == account.stored.url;
    if (found.error().is("accountDoesNotExist")) return false;
    return to_error(found.error());
}

/// A rollover that was cut short left a key behind; it may be the account's by now.
base::Result<bool> take_up_rollover(Context& context, const AccountChoice& choice,
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

/// Routes that stay name the account's key.
void rewrite_routes(Context& context, const AccountChoice& choice,
                    const std::vector<dokku::AppName>& apps, const std::string& old_thumbprint,
                    const std::string& thumbprint) {
    const dokku::AppName* changed = nullptr;
    for (const dokku::AppName& app : apps) {
        const auto settings = dokku::read_settings(context.environment, app);
        const bool same = settings && settings->has_permanent_route() &&
                          effective_server(*settings) == choice.settings.server.computed &&
                          settings->account_email() == choice.settings.account_email();
        if (!same) continue;
        const auto files = dokku::route_files(context.environment, app);
        const auto written = dokku::replace_thumbprint(files, old_thumbprint, thumbprint);
        if (!written) context.log.warn(app.text() + ": " + written.error().message);
        if (written && *written) changed = &app;
    }
    if (changed == nullptr) return;
    const auto reloaded = dokku::NginxService{context.environment}.reload(*changed);
    if (!reloaded) context.log.warn(reloaded.error().message);
}

/// Did the CA itself say no? A lost answer or one of 5xx leaves open what was done.
bool is_refusal(const acme::Failure& failure) {
    constexpr int kFirst = 400;
    constexpr int kPast = 500;
    return failure.status >= kFirst && failure.status < kPast;
}

base::Result<void> change_key(Context& context, const AccountChoice& choice,
                              const OpenAccount& account, const crypto::PrivateKey& next) {
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    auto kept = context.store.write_next_account_key(server, email, next.to_pem());
    if (!kept) return kept;
    acme::Client client{context.http, context.clock, account.directory, account.key};
    client.use_account(account.stored.url);
    const auto changed = acme::change_key(client, next);
    if (changed) return context.store.adopt_next_account_key(server, email);
    base::Error error = to_error(changed.error());
    // Even a refusal may answer a request that was sent twice, of which the first was carried out.
    const bool sent = error.kind != base::ErrorKind::invalid_input;
    const auto taken = sent ? is_key_of(context, account, next) : base::Result<bool>{false};
    if (taken && *taken) return context.store.adopt_next_account_key(server, email);
    if (taken && (!sent || is_refusal(changed.error()))) {
        const auto dropped = context.store.drop_next_account_key(server, email);
        if (!dropped) context.log.warn(dropped.error().message);
        return error;
    }
    error.steps.emplace_back(
        "Perhaps the CA has the new key already; both are kept. Once it answers, run the same "
        "command again.");
    return error;
}

}  // namespace

base::Result<AccountChoice> choose_account(const Context& context,
                                           const std::optional<dokku::AppName>& app) {
    auto settings = app ? dokku::read_settings(context.environment, *app)
                        : dokku::read_global_settings(context.environment);
    if (!settings) return std::move(settings).error();
    if (!settings->has_email()) {
        return base::fail(base::ErrorKind::invalid_input, "No e-mail address is set",
                          {"Accounts are kept by e-mail address. Set it with: dokku "
                           "letsencrypt:set --global email <e-mail>, or name an app."});
    }
    settings->server.computed = effective_server(*settings);
    return AccountChoice{app ? app->text() : "this host", std::move(*settings)};
}

base::Result<void> show_account(Context& context, const AccountChoice& choice,
                                AccountFormat format) {
    const auto account = open_account(context, choice);
    if (!account) return account.error();
    acme::Client client{context.http, context.clock, account->directory, account->key};
    client.use_account(account->stored.url);
    const auto answer = acme::fetch_account(client);
    if (!answer) context.log.warn(answer.error().error.message);
    const Facts facts = facts_of(context, choice, *account, answer);
    if (format == AccountFormat::json) {
        print_json(context, facts);
    } else {
        print_text(context, choice, facts);
    }
    return {};
}

base::Result<void> roll_over(Context& context, const AccountChoice& choice,
                             const std::vector<dokku::AppName>& apps) {
    const auto lock = context.store.lock_accounts(kPatience, context.clock);
    if (!lock) return lock.error();
    auto account = open_account(context, choice);
    if (!account) return std::move(account).error();
    const std::string old_thumbprint = account->key.thumbprint();
    context.log.info2("New key for the account of " + choice.settings.account_email() + " at " +
                      base::printable(choice.settings.server.computed));
    const auto taken_up = take_up_rollover(context, choice, *account);
    if (!taken_up) return taken_up.error();
    std::string thumbprint = account->key.thumbprint();
    if (*taken_up) {
        context.log.verbose("An earlier rollover had reached the CA; its key is used");
    } else {
        const auto next = crypto::PrivateKey::generate(account->key.type());
        if (!next) return next.error();
        if (auto changed = change_key(context, choice, *account, *next); !changed) return changed;
        thumbprint = next->thumbprint();
    }
    rewrite_routes(context, choice, apps, old_thumbprint, thumbprint);
    context.log.verbose("The CA knows the account by its new key now; thumbprint " + thumbprint);
    context.log.info1("Done");
    return {};
}

base::Result<void> deactivate(Context& context, const AccountChoice& choice) {
    const auto lock = context.store.lock_accounts(kPatience, context.clock);
    if (!lock) return lock.error();
    auto account = open_account(context, choice);
    if (!account) return account.error();
    // If the CA has a newer key already, ours is refused as if the account were no more.
    const auto taken_up = take_up_rollover(context, choice, *account);
    acme::Client client{context.http, context.clock, account->directory, account->key};
    client.use_account(account->stored.url);
    const auto done = acme::deactivate_account(client);
    // One that was deactivated before is refused; its files are of no more use either way.
    const bool is_no_more = !done && done.error().is("unauthorized") && taken_up;
    if (!done && !is_no_more) return to_error(done.error());
    const std::string& server = choice.settings.server.computed;
    const std::string email = choice.settings.account_email();
    const auto put_aside = context.store.retire_account(server, email, context.clock.now());
    if (!put_aside) return put_aside.error();
    const auto dropped = context.store.drop_next_account_key(server, email);
    if (!dropped) context.log.warn(dropped.error().message);
    context.log.info2("The account of " + choice.settings.account_email() + " at " +
                      base::printable(choice.settings.server.computed) + " is deactivated");
    context.log.verbose("Its files are in " + put_aside->string());
    context.log.verbose("Certificates stay valid; the next order registers a new account");
    return {};
}

}  // namespace lifecycle
