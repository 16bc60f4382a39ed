#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "acme/client.h"
#include "ca/context.h"
#include "ca/lego_options.h"
#include "crypto/private_key.h"
#include "settings/settings.h"

namespace ca {

/// One CA and our account there, ready to order.
class CaSession {
  public:
    CaSession(Context& context, crypto::PrivateKey key, acme::Directory directory)
        : key_(std::move(key)),
          client_(context.blocking_http, context.clock, std::move(directory), key_) {}
    CaSession(const CaSession&) = delete;
    CaSession& operator=(const CaSession&) = delete;
    CaSession(CaSession&&) = delete;
    CaSession& operator=(CaSession&&) = delete;
    ~CaSession() = default;

    acme::Client& client() { return client_; }
    std::string thumbprint() const { return key_.thumbprint(); }

  private:
    crypto::PrivateKey key_;
    acme::Client client_;
};

/// Is an account of these settings on this host that the CA once made?
bool has_account(const Context& context, const settings::Settings& settings);

/// The sessions of a run: apps with the same (server, email) share one, and so its account, nonces
/// and directory.
class CaSessions {
  public:
    explicit CaSessions(Context& context) : context_(context) {}

    /// `options`: the type of a new account key, an external account to bind it to, HTTP deadline.
    /// Reads the directory (from disk if it is younger than 12 hours), then the account from lego's
    /// layout. An account that works is only read. Without one, a key is generated and written
    /// before newAccount is sent, so that a lost answer loses no account.
    /// A failure is remembered: other apps of the run do not ask again.
    acme::Outcome<CaSession*> open(const settings::Settings& settings, const LegoOptions& options);

    /// The CA says that it does not know the account of an open session (its database is new):
    /// looks for the key's account there, else registers with the same key, once in a run.
    acme::Outcome<void> recover(const settings::Settings& settings, const LegoOptions& options);

    /// Could no session be opened because the CA did not make an account?
    bool was_account_refused(const settings::Settings& settings) const;

  private:
    using Key = std::pair<std::string, std::string>;  // server, account email
    using Opened = acme::Outcome<std::unique_ptr<CaSession>>;

    std::unique_ptr<CaSession> start(crypto::PrivateKey key, acme::Directory directory,
                                     const LegoOptions& options);
    Opened make(const settings::Settings& settings, const LegoOptions& options);
    void finish_key_change(const settings::Settings& settings, const acme::Directory& directory,
                           const store::StoredAccount& account);
    Opened make_account(const settings::Settings& settings, const LegoOptions& options,
                        acme::Directory directory);

    Context& context_;
    std::map<Key, Opened> sessions_;
    std::set<Key> recovered_;
    std::set<Key> account_refused_;
};

}  // namespace ca
