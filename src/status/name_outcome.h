#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/utc_time.h"
#include "store/app_state.h"

namespace status {

/// How a look at one name ended.
struct NameOutcome {
    std::string name;
    store::NameStatus status = store::NameStatus::in_use;
    std::string_view cause{};
    std::string reason{};
    bool refused_by_ca = false;                    ///< a validation was spent on it
    std::optional<base::UtcTime> not_before{};     ///< that the CA asked for
    std::optional<base::UtcTime> covered_until{};  ///< the end of a certificate in use that has it
    bool is_of_name = false;  ///< the name itself is what failed, not its CA, host or a neighbour
};

/// Notes the outcome, since when the name itself fails (until it is well again, or is no domain of
/// the app, whatever the causes are by turns), and sets when the name is tried again
/// (retry_schedule.h). A name that is in use has a next try only if its renewal failed. `dice` from
/// 0 to 1 spreads the tries.
void record_name(store::CertificateState& state, const NameOutcome& outcome, base::UtcTime now,
                 double dice);

/// Drops what is known of names that are no domains of the app any more.
void keep_only(store::CertificateState& state, const std::vector<std::string>& wanted);

/// What is to come once a certificate of the app's own has expired.
enum class CustomEnd {
    ignored,  ///< letsencrypt was not enabled
    awaited,  ///< ours takes its place
};

/// When the app is to be looked at again: the earliest of its names' tries, the renewal of the
/// certificate in use, or the end of a custom one.
std::optional<base::UtcTime> next_due_of(const store::AppState& state, CustomEnd custom_end,
                                         base::UtcTime now);

}  // namespace status
