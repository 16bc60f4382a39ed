#include "ca/limits/turns.h"

#include <algorithm>

namespace ca::limits {

void Turns::wait(const std::string& key, base::UtcTime turn) {
    auto& turns = turns_[key];
    turns.insert(std::upper_bound(turns.begin(), turns.end(), turn), turn);
}

int Turns::waiting_for(const std::string& key, base::UtcTime now) const {
    const auto found = turns_.find(key);
    if (found == turns_.end()) return 0;
    const auto& turns = found->second;
    return static_cast<int>(turns.end() - std::upper_bound(turns.begin(), turns.end(), now));
}

}  // namespace ca::limits
