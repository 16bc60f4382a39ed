#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/utc_time.h"
#include "dokku/app.h"
#include "store/local_store.h"

namespace status {

/// Why no run looks after an app, however good its certificate is today.
struct Trouble {
    std::string_view cause;
    std::string reason;

    /// Than what is known of the name itself.
    bool says_more_than(const store::NameState& name) const;
};

/// What keeps runs from the app or from all apps, makes them fail, or has kept them away. Reads
/// only.
std::optional<Trouble> find_trouble(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    base::UtcTime now);

}  // namespace status
