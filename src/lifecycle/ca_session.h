#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "acme/client.h"
#include "crypto/private_key.h"
#include "dokku/settings.h"
#include "lifecycle/context.h"

namespace lifecycle {

/// One CA and our account there, ready to order.
class CaSession {
  public:
    CaSession(Context& context, crypto::PrivateKey key, acme::Directory directory)
        : key_(std::move(key)), client_(context.http, context.clock, std::move(directory), key_) {}
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

/// The sessions of a run: apps with the same (server, email) share one, and so its account, nonces
/// and directory.
class CaSessions {
  public:
    explicit CaSessions(Context& context) : context_(context) {}

    /// Reads the directory (from disk if it is younger than 12 hours), then the account from lego's
    /// layout. An account that works is only read. Without one, a key is generated and written
    /// before newAccount is sent, so that a lost answer loses no account.
    /// A failure is remembered: other apps of the run do not ask again.
    acme::Outcome<CaSession*> open(const dokku::Settings& settings);

  private:
    using Key = std::pair<std::string, std::string>;  // server, account email
    using Opened = acme::Outcome<std::unique_ptr<CaSession>>;

    Opened make(const dokku::Settings& settings);
    acme::Outcome<acme::Directory> directory(const std::string& url);

    Context& context_;
    std::map<Key, Opened> sessions_;
};

}  // namespace lifecycle
