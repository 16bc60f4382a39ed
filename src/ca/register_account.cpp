#include "ca/register_account.h"

namespace ca {
namespace {

std::vector<std::string> contacts(const settings::Settings& settings) {
    const std::string email = settings.contact();
    if (email.empty()) return {};
    return {"mailto:" + email};
}

async::Task<acme::Outcome<acme::Account>> send_registration(acme::Client& client,
                                                            const ChosenCa& ca,
                                                            const settings::Settings& settings,
                                                            const LegoOptions& options) {
    if (!ca.takes_external_account) {
        co_return co_await acme::register_account(client, contacts(settings));
    }
    const acme::ExternalAccount external{options.external_account_id,
                                         options.external_account_key.clone(),
                                         options.external_account_algorithm};
    co_return co_await acme::register_account(client, contacts(settings), &external);
}

void note_registration(const Context& context, const std::string& server) {
    ledger::Entry entry;
    entry.kind = ledger::EntryKind::registration;
    entry.at = context.clock.now();
    entry.server = server;
    const auto kept = context.store.ledger().append({entry}, entry.at);
    if (!kept) context.log.warn("The ledger of orders: " + kept.error().message);
}

}  // namespace

async::Task<acme::Outcome<acme::Account>> register_account(const Context& context,
                                                           acme::Client& client, const ChosenCa& ca,
                                                           const settings::Settings& settings,
                                                           const LegoOptions& options) {
    if (!ca.takes_external_account && client.directory().external_account_required) {
        co_return acme::Failure{
            {base::ErrorKind::invalid_input,
             client.name() + " wants an external account, which none is set for",
             std::nullopt,
             {"Take key id and MAC key from the CA's web pages, and set the properties eab-kid and "
              "eab-hmac-key with: dokku letsencrypt:set"}},
            std::nullopt,
            ca.server};
    }
    auto account = co_await send_registration(client, ca, settings, options);
    // An answer that was lost may have been a yes.
    const bool is_spent = account ? account->created : account.error().unanswered();
    if (is_spent) note_registration(context, ca.server);
    co_return account;
}

async::Task<acme::Outcome<acme::Account>> find_or_register(const Context& context,
                                                           acme::Client& client, const ChosenCa& ca,
                                                           const settings::Settings& settings,
                                                           const LegoOptions& options) {
    auto found = co_await acme::find_account(client);
    if (found || !found.error().is("accountDoesNotExist")) co_return found;
    co_return co_await register_account(context, client, ca, settings, options);
}

}  // namespace ca
