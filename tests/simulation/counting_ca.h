#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/utc_time.h"

namespace simulation {

using base::UtcTime;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

/// A window in which the CA wants a certificate renewed: start included, end excluded.
struct Window {
    UtcTime start, end;
    bool contains(UtcTime at) const { return start <= at && at < end; }
};

/// What a CA counts, exempts and refills as Let's Encrypt does: the generic cell rate algorithm,
/// `replaces`, sets of names that were issued before (docs/design.md 7.1). Written from its
/// documentation, and not with anything of the product's.
class CountingCa {
  public:
    struct Order {
        std::string name;                ///< the only one
        std::string domain;              ///< that it is below
        std::optional<Window> replaces;  ///< of the certificate that it names
    };

    /// When it takes the order: `now` if now.
    UtcTime takes_at(const Order& order, UtcTime now) const {
        if (is_exempt(order, now)) return now;
        UtcTime at = std::max(now, set_.free_at(order.name));
        if (is_renewal(order, now)) return at;
        at = std::max(at, orders_.free_at(""));
        return std::max(at, below_.free_at(order.domain));
    }

    /// False if a limit refuses it.
    bool take(const Order& order, UtcTime now) {
        if (takes_at(order, now) > now) return false;
        if (!is_exempt(order, now) && !is_renewal(order, now)) orders_.spend("", now);
        return true;
    }

    void issue(const Order& order, UtcTime now) {
        if (!is_renewal(order, now)) below_.spend(order.domain, now);
        set_.spend(order.name, now);
        issued_[order.name] = now;
    }

    static bool is_exempt(const Order& order, UtcTime now) {
        return order.replaces && order.replaces->contains(now);
    }

  private:
    /// `burst` at once, and one more after each `every`.
    class Buckets {
      public:
        Buckets(int burst, seconds every) : burst_(burst), every_(every) {}
        UtcTime free_at(const std::string& key) const {
            const auto found = arrival_.find(key);
            return found == arrival_.end() ? UtcTime{} : found->second + every_ - burst_ * every_;
        }
        void spend(const std::string& key, UtcTime now) {
            UtcTime& arrival = arrival_[key];
            arrival = std::max(arrival, now) + every_;
        }

      private:
        int burst_;
        seconds every_;
        std::map<std::string, UtcTime> arrival_;  ///< the theoretical one
    };

    bool is_renewal(const Order& order, UtcTime now) const {
        const auto found = issued_.find(order.name);
        return found != issued_.end() && now - found->second < days{120};
    }

    Buckets orders_{300, seconds{36}};
    Buckets below_{50, seconds{12'096}};
    Buckets set_{5, seconds{120'960}};
    std::map<std::string, UtcTime> issued_;
};

}  // namespace simulation
