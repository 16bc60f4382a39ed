#include "ca/stored_account.h"

namespace ca {

base::Result<crypto::PrivateKey> read_account_key(const Context& context,
                                                  const store::StoredAccount& account,
                                                  const std::string& server,
                                                  const std::string& email) {
    auto key = crypto::PrivateKey::parse_pem(account.key_pem.reveal());
    if (key) return key;
    const base::Path file = context.store.account_key_file(server, email);
    return base::fail(base::ErrorKind::io, "the account key for " + email + " is damaged: " +
                                               key.error().message + ": " + file.string());
}

bool was_registered(const Context& context, const std::string& server, const std::string& email) {
    const auto account = context.store.read_account(server, email);
    // The CA finds a registered account by its key, where only its file is damaged.
    return account && *account && (!(*account)->url.empty() || (*account)->is_damaged);
}

}  // namespace ca
