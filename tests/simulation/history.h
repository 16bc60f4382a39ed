#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/utc_time.h"

namespace simulation {

/// What operators have done to one app, as far as that decides what is right for it.
struct AppHistory {
    base::UtcTime created;
    bool is_wanted = false;   ///< an operator has enabled it, and not switched it off since
    bool has_custom = false;  ///< an operator has installed a pair
    /// When an operator did last what may take its certificate away, or ask for another one.
    base::UtcTime changed;
    bool is_at_other_ca = false;
    base::UtcTime damaged{};  ///< when files of it were damaged last
    /// When its domains were changed last.
    base::UtcTime domains_changed;
};

/// Of all apps; those that were destroyed are not in it.
class History {
  public:
    AppHistory& of(const std::string& app) { return apps_[app]; }
    const AppHistory* find(const std::string& app) const {
        const auto found = apps_.find(app);
        return found == apps_.end() ? nullptr : &found->second;
    }
    void forget(const std::string& app) { apps_.erase(app); }
    void rename(const std::string& from, const std::string& to) {
        apps_[to] = apps_[from];
        apps_.erase(from);
    }
    const std::map<std::string, AppHistory>& all() const { return apps_; }

    base::UtcTime last_kill{};         ///< of a process of the product
    base::UtcTime last_clock_fault{};  ///< when the clock was wrong last
    base::UtcTime host_on_since{};
    base::UtcTime resolver_fine_since{};

  private:
    std::map<std::string, AppHistory> apps_;
};

}  // namespace simulation
