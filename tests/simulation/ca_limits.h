#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/utc_time.h"

namespace simulation {

/// So many at once; each part of the time brings one back.
class Bucket {
  public:
    Bucket(double most, std::chrono::seconds whole_after)
        : most_(most), whole_after_(whole_after) {}

    /// Nothing if there is one to take; else when there will be.
    std::optional<base::UtcTime> empty_until(const std::string& subject, base::UtcTime now);
    void take(const std::string& subject, base::UtcTime now);

  private:
    struct Level {
        double left;
        base::UtcTime at;
    };
    Level& level(const std::string& subject, base::UtcTime now);

    double most_;
    std::chrono::seconds whole_after_;
    std::map<std::string, Level> levels_;
};

/// A limit that an order meets.
struct LimitHit {
    std::string limit;
    std::string subject;
    base::UtcTime free_at;
    bool by_others = false;  ///< other clients have spent of it as well
};

/// Let's Encrypt's limits as its documentation has them (letsencrypt.org/docs/rate-limits), written
/// without a look at the product's.
class LetsEncryptLimits {
  public:
    /// Why an order of the account is refused. `is_exempt`: it replaces a certificate within its
    /// window, and no limit holds. `is_renewal`: these very names were certified before.
    std::optional<LimitHit> why_refused(const std::string& account,
                                        const std::set<std::string>& names, bool is_exempt,
                                        bool is_renewal, base::UtcTime now);
    void note_order(const std::string& account, bool is_exempt, bool is_renewal, base::UtcTime now);
    void note_certificate(const std::set<std::string>& names, bool is_exempt, bool is_renewal,
                          base::UtcTime now);
    void note_failure(const std::string& account, const std::string& name, base::UtcTime now);

    std::optional<LimitHit> why_no_account(base::UtcTime now);
    void note_account(base::UtcTime now);

    /// Another host gets a certificate below the domain.
    void note_of_others(const std::string& domain, base::UtcTime now);

  private:
    static std::string text_of(const std::set<std::string>& names);

    Bucket orders_{300, std::chrono::hours{3}};
    Bucket domains_{50, std::chrono::hours{7 * 24}};
    Bucket sets_{5, std::chrono::hours{7 * 24}};
    Bucket failures_{5, std::chrono::hours{1}};
    Bucket accounts_{10, std::chrono::hours{3}};
    std::map<std::string, base::UtcTime> others_;  ///< when another host spent last of a domain
};

/// `shop.test` of `www.shop.test`.
std::string registered_domain(const std::string& name);

}  // namespace simulation
