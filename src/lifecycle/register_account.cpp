#include "lifecycle/register_account.h"

namespace lifecycle {
namespace {

std::vector<std::string> contacts(const dokku::Settings& settings) {
    const std::string email = settings.contact();
    if (email.empty()) return {};
    return {"mailto:" + email};
}

}  // namespace

acme::Outcome<acme::Account> register_account(acme::Client& client, const dokku::Settings& settings,
                                              const LegoOptions& options) {
    if (!options.external_account && client.directory().external_account_required) {
        return acme::Failure{
            {base::ErrorKind::invalid_input,
             client.name() + " wants an external account, which none is set for",
             std::nullopt,
             {"Take key id and MAC key from the CA's web pages, and set the properties eab-kid and "
              "eab-hmac-key with: dokku letsencrypt:set"}},
            std::nullopt,
            settings.server.computed};
    }
    if (!options.external_account) return acme::register_account(client, contacts(settings));
    const acme::ExternalAccount external{options.external_account_id,
                                         options.external_account_key.clone(),
                                         options.external_account_algorithm};
    return acme::register_account(client, contacts(settings), &external);
}

acme::Outcome<acme::Account> find_or_register(acme::Client& client, const dokku::Settings& settings,
                                              const LegoOptions& options) {
    auto found = acme::find_account(client);
    if (found || !found.error().is("accountDoesNotExist")) return found;
    return register_account(client, settings, options);
}

}  // namespace lifecycle
