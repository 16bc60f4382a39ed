#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "acme/directory.h"
#include "acme/failure.h"
#include "acme/nonce.h"
#include "base/clock.h"
#include "crypto/private_key.h"
#include "http/client.h"

namespace acme {

/// Signed requests to one CA for one account key (RFC 8555 section 6). Synchronous; never sleeps.
/// Many orders may share it. `http`, `clock` and `key` outlive it.
///
/// A nonce is taken from every answer, errors included. `badNonce` is signed again at once, at most
/// ten times. An answer that got lost is a failure of kind `network` or `timeout`; nothing is sent
/// twice with the same nonce.
class Client {
  public:
    Client(http::HttpClient& http, const base::Clock& clock, Directory directory,
           const crypto::PrivateKey& key);

    const Directory& directory() const noexcept { return directory_; }
    const crypto::PrivateKey& key() const noexcept { return key_; }
    const base::Clock& clock() const noexcept { return clock_; }

    /// The CA's host, for messages.
    const std::string& name() const noexcept { return name_; }

    /// How long one exchange may take, instead of the usual minute.
    void use_deadline(std::chrono::milliseconds total) { limits_.total = total; }

    /// The account that signs from now on. Empty until one is known.
    const std::string& account_url() const noexcept { return account_url_; }
    void use_account(std::string url) { account_url_ = std::move(url); }

    /// A POST signed for the account (`kid`). Any 2xx is a value.
    Outcome<http::Response> post(const std::string& url, std::string_view payload);

    /// A POST-as-GET (RFC 8555 section 6.3).
    Outcome<http::Response> post_as_get(const std::string& url,
                                        std::string_view accept = "application/json");

    /// A POST that shows the public key itself (`jwk`), for newAccount.
    Outcome<http::Response> post_with_key(const std::string& url, std::string_view payload);

    /// Has the CA tell its time, with a nonce that the next request uses. Asked once, or again if
    /// the answer was lost; later calls do nothing.
    void ask_time();

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
        const std::string& url;
        std::string_view payload;
        std::string_view accept;
        std::string kid;  ///< empty for Signer::key
        Signer signer;
    };

    Outcome<http::Response> send_signed(const Signed& request);
    Outcome<std::string> take_nonce();
    Outcome<http::Response> fetch_nonce();
    Outcome<http::Response> ask_for_nonce();

    http::HttpClient& http_;
    const base::Clock& clock_;
    Directory directory_;
    const crypto::PrivateKey& key_;
    std::string name_;
    std::string account_url_;
    NoncePool nonces_;
    http::Limits limits_;
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
