#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/utc_time.h"

namespace ca::limits {

/// Who waits for what comes free one after the other: until the turn of each has come, the places
/// that come free first are not those of others.
class Turns {
  public:
    void wait(const std::string& key, base::UtcTime turn);

    /// How many wait for what the key counts, and have a turn that is still to come.
    int waiting_for(const std::string& key, base::UtcTime now) const;

  private:
    std::unordered_map<std::string, std::vector<base::UtcTime>> turns_;  ///< the next one first
};

}  // namespace ca::limits
