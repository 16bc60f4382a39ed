#include "ca/present.h"

#include <algorithm>

namespace ca {

bool Present::covers(std::string_view name) const {
    return std::find(covered.begin(), covered.end(), name) != covered.end();
}

}  // namespace ca
