#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace status {

/// One wanted name as `letsencrypt:status` shows it.
struct NameRow {
    store::NameState state;
    std::optional<base::UtcTime> covered_until;  ///< by the certificate that is served
    std::string fix;                             ///< what to do; "" if nothing
};

struct AppStatus {
    std::string app;
    std::string summary;
    std::vector<NameRow> names;
    bool trusted = true;                       ///< false: the certificate in use is of a staging CA
    std::optional<base::UtcTime> renews_at{};  ///< the certificate of ours that is in use
    std::string explanation{};                 ///< URL at which its CA says why then; "" for none

    /// Every wanted name is in use (and its renewal does not fail), not used or disabled.
    bool is_settled() const;
};

/// From files alone: the domains, the state, the pair in tls/. Names that no run has looked at yet
/// have the status that follows from those. `io` if a file cannot be read, `invalid_input` if a
/// later version of ours wrote the state.
base::Result<AppStatus> read_status(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app);

/// Lines for an operator.
std::vector<std::string> render_status(const AppStatus& status);

/// `{"app":..., "summary":..., "trusted":..., "names":[{"name":..., "status":..., ...}],
/// "renews_at":..., "renewal_explanation":...}`; times are RFC 3339, a member without a value is
/// null.
std::string render_status_json(const AppStatus& status);

/// All apps as one array.
std::string render_status_json(const std::vector<AppStatus>& all);

}  // namespace status
