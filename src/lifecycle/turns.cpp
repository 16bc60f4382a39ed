#include "lifecycle/turns.h"

#include <algorithm>

namespace lifecycle {

int Turns::waiting_for(const std::string& key, base::UtcTime now) const {
    const auto found = turns_.find(key);
    if (found == turns_.end()) return 0;
    const auto& turns = found->second;
    return static_cast<int>(
        std::count_if(turns.begin(), turns.end(), [&](base::UtcTime turn) { return turn > now; }));
}

}  // namespace lifecycle
