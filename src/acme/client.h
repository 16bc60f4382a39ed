#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acme/directory.h"
#include "acme/failure.h"
#include "acme/nonce.h"
#include "acme/request_limits.h"
#include "async/semaphore.h"
#include "async/task.h"
#include "base/clock.h"
#include "crypto/private_key.h"
#include "http/client.h"

namespace acme {

/// Signed requests to one CA for one account key (RFC 8555 section 6), many of many orders at once.
/// `http`, `clock` and `key` outlive it, and it outlives its requests.
///
/// A nonce is taken from every answer, errors included, and each request under way has one of its
/// own: one that was kept, else one that another answer brings or newNonce gives, whichever the
/// limits allow sooner. `badNonce` is signed again at once, at most ten times. An answer that got
/// lost is a failure of kind `network` or `timeout`; nothing is sent twice with the same nonce.
class Client {
  public:
    /// `limits`: those of the run's other clients of this CA; none: its own.
    Client(http::Client& http, const base::Clock& clock, Directory directory,
           const crypto::PrivateKey& key, std::shared_ptr<RequestLimits> limits = nullptr);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client(Client&&) = delete;
    Client& operator=(Client&&) = delete;
    ~Client() = default;

    const Directory& directory() const noexcept { return directory_; }
    const crypto::PrivateKey& key() const noexcept { return key_; }
    const base::Clock& clock() const noexcept { return clock_; }

    /// The CA's host, for messages.
    const std::string& name() const noexcept { return name_; }

    /// How long one exchange may take, instead of the usual minute.
    void use_deadline(std::chrono::milliseconds total) { exchange_limits_.total = total; }

    /// The account that signs from now on. Empty until one is known.
    const std::string& account_url() const noexcept { return account_url_; }
    void use_account(std::string url) { account_url_ = std::move(url); }

    /// A POST signed for the account (`kid`). Any 2xx is a value.
    async::Task<Outcome<http::Response>> post(std::string url, std::string payload);

    /// A POST-as-GET (RFC 8555 section 6.3).
    async::Task<Outcome<http::Response>> post_as_get(std::string url,
                                                     std::string accept = "application/json");

    /// A POST that shows the public key itself (`jwk`), for newAccount.
    async::Task<Outcome<http::Response>> post_with_key(std::string url, std::string payload);

    /// Has the CA tell its time, with a nonce that the next request uses. Asked once, or again if
    /// the answer was lost; later calls do nothing, and one meanwhile waits for that answer.
    async::Task<void> ask_time();

    /// Why the CA gave no answer when asked for its time. The next request would meet the same.
    const std::optional<Failure>& silence() const noexcept { return silence_; }

    /// How far this host's clock was ahead of the CA's when that sent a nonce (behind: negative).
    /// Nothing if the CA was not asked, or its answer did not tell.
    std::optional<std::chrono::seconds> clock_ahead() const noexcept { return clock_ahead_; }

    /// Nonces at hand, for a caller that keeps one for its next process.
    NoncePool& nonces() noexcept { return nonces_; }

  private:
    enum class Signer { account, key };
    struct Signed {
        std::string url;
        std::string payload;
        std::string accept;
        std::string kid;  ///< empty for Signer::key
        Signer signer;
    };

    async::Task<Outcome<http::Response>> send_signed(Signed request);
    async::Task<base::Result<http::Response>> send_jws(const Signed& request, std::string jws);
    async::Task<Outcome<std::string>> take_nonce();
    async::Task<Outcome<http::Response>> fetch_nonce();
    Failure no_nonce(base::Error error, int status) const;

    http::Client& http_;
    const base::Clock& clock_;
    Directory directory_;
    const crypto::PrivateKey& key_;
    std::shared_ptr<RequestLimits> limits_;
    std::string name_;
    std::string account_url_;
    NoncePool nonces_;
    http::Limits exchange_limits_;
    async::Semaphore asking_time_{1};
    bool asked_time_ = false;
    std::optional<Failure> silence_;
    std::optional<std::chrono::seconds> clock_ahead_;
};

/// The URL of what was just made (RFC 8555 sections 7.3 and 7.4): the answer's Location. Not an
/// http one where the CA is asked over https: it would be stored, and no later request could use
/// it. `what` names the object in the message.
Outcome<std::string> read_location(const http::Response& response, std::string_view what,
                                   std::string_view ca, const std::string& url);

}  // namespace acme
