#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/utc_time.h"
#include "crypto/private_key.h"
#include "http/client.h"
#include "json/value.h"
#include "simulation/ca_limits.h"
#include "simulation/chronicle.h"
#include "simulation/dice.h"
#include "simulation/simulated_dns.h"
#include "simulation/simulated_nginx.h"

namespace simulation {

/// How a CA feels.
enum class Weather {
    fine,
    refusing,  ///< connections
    silent,    ///< no answers
    failing,   ///< answers 500 with a page
    busy,      ///< answers 503 with Retry-After
    slow,      ///< tens of seconds for each answer
    odd,       ///< some answers are lost, or none that a client understands
};
const char* to_text(Weather weather);

/// What one CA is like.
struct CaCharacter {
    std::string host;
    bool has_limits = false;  ///< those of Let's Encrypt
    bool is_trusted = true;   ///< a staging CA is not
    std::chrono::hours lifetime{24 * 90};
    std::chrono::hours reuse{24 * 30};  ///< of a validation
    bool has_windows = true;            ///< of renewal (RFC 9773)
};

/// A certificate that a CA has issued.
struct IssuedCertificate {
    std::string issuer;  ///< the CA's host
    std::string chain_pem;
    std::string fingerprint;
    std::string serial;
    std::set<std::string> names;
    std::string account;
    base::UtcTime ordered;
    base::UtcTime issued;
    base::UtcTime not_after;
    base::UtcTime window_start;
    base::UtcTime window_end;
    std::optional<base::UtcTime> revoked{};
    bool is_replaced = false;
    bool was_fetched = false;
};

/// A CA as its clients meet it (RFC 8555, RFC 9773): it validates by the simulated DNS and nginx,
/// signs real certificates, and keeps its limits.
class SimulatedCa final : public http::Client {
  public:
    SimulatedCa(CaCharacter character, const SimulatedDns& dns, const SimulatedNginx& nginx,
                Dice& dice, Chronicle& chronicle);

    async::Task<base::Result<http::Response>> send(http::Request request) override;

    const CaCharacter& character() const { return character_; }
    std::string directory_url() const { return at("/directory"); }
    bool is_asked_by(const std::string& url) const;

    void set_weather(Weather weather);
    Weather weather() const { return weather_; }
    /// Since when it has been fine.
    base::UtcTime fine_since() const { return fine_since_; }
    base::UtcTime weather_since() const { return weather_since_; }
    /// Another host gets a certificate below the domain.
    void issue_to_others(const std::string& domain);
    /// Revokes the certificate, and announces that by its window.
    void revoke(IssuedCertificate& certificate);
    /// Moves its window to now.
    void call_back(IssuedCertificate& certificate);
    bool is_issuer_of(const IssuedCertificate& certificate) const {
        return certificate.issuer == character_.host;
    }
    std::vector<const IssuedCertificate*> certificates_for(
        const std::set<std::string>& names) const;
    IssuedCertificate* find_by_fingerprint(const std::string& fingerprint);

    /// Told of each certificate, and of each limit that an order of this host has met.
    std::function<void(const SimulatedCa&, const IssuedCertificate&)> on_issue;
    std::function<void(const LimitHit&)> on_limit;
    /// Told of each order that is made.
    std::function<void(const SimulatedCa&, const std::set<std::string>& names)> on_order;
    /// Told of each request.
    std::function<void(const SimulatedCa&)> on_request;

  private:
    struct Answer {
        int status = 200;
        std::string body{};
        std::vector<std::pair<std::string, std::string>> headers{};
    };
    struct Authorization {
        std::string name;
        std::string account;
        std::string status = "pending";
        std::string token;
        std::string problem{};
        base::UtcTime valid_until{};
        bool is_started = false;
    };
    struct Order {
        std::string account;
        std::set<std::string> names;
        std::vector<std::size_t> authorizations;
        std::string status = "pending";
        base::UtcTime made;
        bool is_exempt = false;
        bool is_renewal = false;
        std::string replaces{};
        std::string certificate{};
        std::string problem{};
    };
    /// A signed request.
    struct Signed {
        std::string account;  ///< its number; "" where the key came instead
        std::string key;      ///< the JWK
        json::Value payload;
        bool has_payload = false;
    };

    std::string at(const std::string& path) const { return "https://" + character_.host + path; }
    static base::UtcTime now();

    // simulated_ca.cpp
    std::chrono::milliseconds think();
    std::optional<Answer> bad_answer(const std::string& url);
    Answer answer(const http::Request& request);
    Answer answer_signed(const std::string& path, const http::Request& request);
    std::optional<Answer> open_envelope(const http::Request& request,
                                        std::optional<Signed>& envelope);
    Answer directory() const;
    Answer new_account(const Signed& envelope);
    std::string new_nonce();
    static Answer problem(int status, const std::string& type, const std::string& detail);
    Answer limited(const LimitHit& hit) const;

    // ca_orders.cpp
    Answer new_order(const Signed& envelope);
    Answer refuse_order(const Signed& envelope, Order& order);
    std::size_t authorization_for(const std::string& account, const std::string& name);
    void look_at_authorizations(Order& order);
    Answer show_order(std::size_t number, int status = 200);
    Answer show_authorization(std::size_t number);
    Answer start_challenge(std::size_t number);
    void validate(std::size_t number);
    Answer finalize(std::size_t number, const Signed& envelope);
    void finish_order(std::size_t number, const std::string& request);

    // ca_certificates.cpp
    void issue(Order& order, const std::string& request);
    Answer certificate(const std::string& number);
    Answer renewal_info(const std::string& id);
    Answer revocation_list();

    CaCharacter character_;
    const SimulatedDns& dns_;
    const SimulatedNginx& nginx_;
    Dice& dice_;
    Chronicle& chronicle_;
    Weather weather_ = Weather::fine;
    base::UtcTime fine_since_;
    base::UtcTime weather_since_;
    base::UtcTime busy_until_{};
    LetsEncryptLimits limits_;
    crypto::PrivateKey key_;
    std::string issuer_pem_;
    std::uint64_t nonces_made_ = 0;
    std::set<std::string> nonces_;
    std::map<std::string, std::string> accounts_;     ///< JWK and number
    std::map<std::string, std::string> thumbprints_;  ///< of accounts
    std::vector<Order> orders_;
    std::vector<Authorization> authorizations_;
    std::map<std::string, IssuedCertificate> certificates_;  ///< by certID
    std::map<std::string, std::string> ids_;                 ///< number in URLs and certID
    std::map<std::string, std::string> fingerprints_;        ///< and certID
    std::string list_der_;
    base::UtcTime list_made_{};
};

/// All CAs of the world, by their hosts. Other hosts are not found.
class TheWeb final : public http::Client {
  public:
    explicit TheWeb(std::vector<SimulatedCa*> cas) : cas_(std::move(cas)) {}
    async::Task<base::Result<http::Response>> send(http::Request request) override;

  private:
    std::vector<SimulatedCa*> cas_;
};

/// This host as it is asked by itself: challenges at port 80.
class SelfFetch final : public http::Client {
  public:
    explicit SelfFetch(const SimulatedNginx& nginx) : nginx_(nginx) {}
    async::Task<base::Result<http::Response>> send(http::Request request) override;

  private:
    const SimulatedNginx& nginx_;
};

}  // namespace simulation
