#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acme/client.h"
#include "acme/external_account.h"
#include "acme/failure.h"
#include "async/task.h"

namespace acme {

/// An account at a CA (RFC 8555 section 7.1.2).
struct Account {
    std::string url;     ///< its `kid`
    std::string status;  ///< valid, deactivated or revoked
    std::vector<std::string> contacts;
    bool created = false;  ///< newAccount made it just now
    std::string text;      ///< the CA's own JSON object
};

/// Reads an account object. `protocol` if it is no object or has no status.
base::Result<Account> parse_account(std::string_view json, std::string url);

/// newAccount (RFC 8555 section 7.3): the terms of service are agreed to. `contacts` are URLs
/// (`mailto:a@b.example`) and may be empty; `external` is null unless the CA wants the account to
/// be bound to a customer's. An account that this key has already is returned. The client signs
/// with it from then on.
async::Task<Outcome<Account>> register_account(Client& client, std::vector<std::string> contacts,
                                               const ExternalAccount* external = nullptr);

/// The account of this key (onlyReturnExisting, RFC 8555 section 7.3.1). `rejected` with the
/// problem `accountDoesNotExist` if there is none. The client signs with it from then on.
async::Task<Outcome<Account>> find_account(Client& client);

/// Reads the account the client signs for (POST-as-GET of its URL).
async::Task<Outcome<Account>> fetch_account(Client& client);

/// Ends that account for good (RFC 8555 section 7.3.6): the CA takes nothing signed by its key any
/// more, and no way leads back. Its certificates stay valid. `protocol` if the CA accepts the
/// request and then shows an account that is not deactivated.
async::Task<Outcome<Account>> deactivate_account(Client& client);

}  // namespace acme
