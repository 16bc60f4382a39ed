#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/utc_time.h"
#include "store/app_state.h"

namespace ca {

/// What was in place when it was looked at last.
struct Present {
    std::optional<store::Owner> owner{};  ///< of the pair in `tls/`; nothing: there is none
    std::optional<std::string> chain{};   ///< `tls/server.crt`
    std::vector<std::string> covered{};   ///< by that pair, if it is ours
    std::optional<base::UtcTime> covered_until{};  ///< the end of that pair
    std::string fingerprint{};                     ///< of that pair, if it is ours
    std::string renewal_id{};  ///< its name in newOrder's `replaces` (RFC 9773); "" for none
    bool is_revoked = false;   ///< it is, by its CA
    bool has_journal = false;  ///< an earlier run left it behind (store/claim.h)

    bool covers(std::string_view name) const;
};

}  // namespace ca
