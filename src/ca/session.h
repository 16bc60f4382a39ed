#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "acme/client.h"
#include "acme/pace/validation_pace.h"
#include "acme/request_limits.h"
#include "async/semaphore.h"
#include "async/task.h"
#include "ca/chosen_ca.h"
#include "ca/context.h"
#include "ca/lego/options.h"
#include "crypto/private_key.h"
#include "settings/settings.h"

namespace ca {

/// One CA and our account there, ready to order.
class CaSession {
  public:
    /// `limits`: those of the run for this CA; none: its own.
    CaSession(Context& context, crypto::PrivateKey key, acme::Directory directory,
              std::shared_ptr<acme::RequestLimits> limits = nullptr)
        : key_(std::move(key)),
          client_(context.http, context.clock, std::move(directory), key_, std::move(limits)) {}
    CaSession(const CaSession&) = delete;
    CaSession& operator=(const CaSession&) = delete;
    CaSession(CaSession&&) = delete;
    CaSession& operator=(CaSession&&) = delete;
    ~CaSession() = default;

    acme::Client& client() { return client_; }
    std::string thumbprint() const { return key_.thumbprint(); }

    /// The turn to send a new order: what the CA says to one holds for the next already.
    async::Semaphore& new_orders() { return new_orders_; }

    /// For the orders of a run over many apps, for which no operator waits.
    acme::ValidationPace& validation_pace() { return validation_pace_; }

  private:
    crypto::PrivateKey key_;
    acme::Client client_;
    async::Semaphore new_orders_{1};
    acme::ValidationPace validation_pace_;
};

/// Is an account on this host that the CA once made?
bool has_account(const Context& context, const std::string& server, const std::string& email);

/// The sessions of a run: apps with the same (server, email) share one, and so its account, nonces
/// and directory. Those that want one that is being opened wait for that.
class CaSessions {
  public:
    explicit CaSessions(Context& context) : context_(context) {}

    // The settings and options that these are given outlive their tasks.

    /// `options`: the type of a new account key, an external account to bind it to, HTTP deadline.
    /// Reads the directory (from disk if it is younger than 12 hours), then the account from lego's
    /// layout. An account that works is only read. Without one, a key is generated and written
    /// before newAccount is sent, so that a lost answer loses no account.
    /// A failure is remembered: other apps of the run do not ask again.
    async::Task<acme::Outcome<CaSession*>> open(ChosenCa ca, const settings::Settings& settings,
                                                const LegoOptions& options);

    /// The CA says that it does not know the account of an open session (its database is new):
    /// looks for the key's account there, else registers with the same key, once in a run. Those
    /// that ask for it meanwhile get the same outcome; later ones fail.
    async::Task<acme::Outcome<void>> recover(ChosenCa ca, const settings::Settings& settings,
                                             const LegoOptions& options);

    /// Could no session be opened because the CA did not make an account?
    bool was_account_refused(const std::string& server, const std::string& email) const;

  private:
    using Key = std::pair<std::string, std::string>;  // server, account email
    using Opened = acme::Outcome<std::unique_ptr<CaSession>>;
    struct Place {
        async::Semaphore turn{1};  ///< to open or recover it
        std::optional<Opened> opened{};
        std::optional<acme::Outcome<void>> recovered{};
        bool account_refused = false;
    };

    std::shared_ptr<acme::RequestLimits> limits_of(const std::string& server);
    std::unique_ptr<CaSession> start(crypto::PrivateKey key, acme::Directory directory,
                                     const ChosenCa& ca, const LegoOptions& options);
    async::Task<Opened> make(const ChosenCa& ca, const settings::Settings& settings,
                             const LegoOptions& options);
    async::Task<void> finish_key_change(const ChosenCa& ca, const settings::Settings& settings,
                                        const acme::Directory& directory,
                                        const store::StoredAccount& account);
    async::Task<Opened> make_account(const ChosenCa& ca, const settings::Settings& settings,
                                     const LegoOptions& options, acme::Directory directory);
    async::Task<acme::Outcome<void>> find_again(acme::Client& client, const ChosenCa& ca,
                                                const settings::Settings& settings,
                                                const LegoOptions& options);

    Context& context_;
    std::map<Key, Place> places_;
    async::Semaphore making_account_{1};
    std::map<std::string, std::shared_ptr<acme::RequestLimits>> limits_;  ///< by server
};

}  // namespace ca
