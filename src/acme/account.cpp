#include "acme/account.h"

#include <utility>

#include <fmt/format.h>

#include "acme/unusable_answer.h"
#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace acme {
namespace {

constexpr int kCreated = 201;

/// What newAccount answers: the object, and the account's URL in Location.
Outcome<Account> take_account(Client& client, const http::Response& response) {
    const std::string& asked = client.directory().new_account;
    auto url = read_location(response, "an account", client.name(), asked);
    if (!url) return std::move(url).error();
    auto account = parse_account(response.body, std::move(*url));
    if (!account) {
        return not_acme(response, "an account", client.name(), asked, account.error().message);
    }
    account->created = response.status == kCreated;
    client.use_account(account->url);
    return std::move(*account);
}

/// newAccount, and what it answers.
async::Task<Outcome<Account>> post_new_account(Client& client, std::string payload) {
    const std::string url = client.directory().new_account;
    const auto response = co_await client.post_with_key(url, std::move(payload));
    auto account = response ? take_account(client, *response) : response.error();
    co_return outcome_of(RequestKind::new_account, std::move(account));
}

/// What the account's own URL answers.
Outcome<Account> read_account(const Client& client, const Outcome<http::Response>& response) {
    if (!response) return outcome_of<Account>(RequestKind::account, response.error());
    const std::string& url = client.account_url();
    auto account = parse_account(response->body, url);
    if (account) return std::move(*account);
    return outcome_of<Account>(
        RequestKind::account,
        not_acme(*response, "an account", client.name(), url, account.error().message));
}

}  // namespace

base::Result<Account> parse_account(std::string_view json, std::string url) {
    const auto object = json::Value::parse(json);
    if (!object) return object.error();
    const auto status = object->string("status");
    if (!status) return base::fail(base::ErrorKind::protocol, "the account has no status");
    Account account;
    account.url = std::move(url);
    account.status = *status;
    account.contacts = object->strings("contact");
    account.text = json;
    return account;
}

async::Task<Outcome<Account>> register_account(Client& client, std::vector<std::string> contacts,
                                               const ExternalAccount* external) {
    const std::string& url = client.directory().new_account;
    json::Writer payload;
    payload.begin_object().member("termsOfServiceAgreed", true);
    // No empty list: some CAs take it for a contact that is wrong.
    if (!contacts.empty()) payload.member("contact", contacts);
    if (external != nullptr) {
        const auto binding = make_binding(*external, client.key(), url);
        if (!binding) co_return Failure{binding.error(), std::nullopt, url};
        payload.key("externalAccountBinding").raw(*binding);
    }
    payload.end_object();
    co_return co_await post_new_account(client, payload.text());
}

async::Task<Outcome<Account>> find_account(Client& client) {
    return post_new_account(client, R"({"onlyReturnExisting":true})");
}

async::Task<Outcome<Account>> fetch_account(Client& client) {
    const auto response = co_await client.post_as_get(client.account_url());
    co_return read_account(client, response);
}

async::Task<Outcome<Account>> deactivate_account(Client& client) {
    const std::string payload = R"({"status":"deactivated"})";
    const auto response = co_await client.post(client.account_url(), payload);
    auto account = read_account(client, response);
    if (!account || account->status == "deactivated") co_return account;
    co_return fail(base::ErrorKind::protocol,
                   fmt::format("{} took the request, but the account is still {}", client.name(),
                               base::printable(account->status, 40)),
                   client.account_url());
}

}  // namespace acme
