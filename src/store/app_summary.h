#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/app_state.h"
#include "store/local_store.h"

namespace store {

/// An app's names in one word or two (docs/design.md 2.3): `ok`, `partial 2/3` (two of three have a
/// certificate), `waiting`, `failing` (also while all names are served and their renewal fails, or
/// have a certificate that nginx does not show), `not-used`, `off`. An app whose state was damaged
/// is `failing` until a run has looked at it.
std::string summarize(const AppState& state);

/// What a report tells of an app of this host.
struct AppSummary {
    /// That word; `failing` also where its state cannot be read, or where a stuck run holds its
    /// lock.
    std::string status;
    std::optional<base::UtcTime> renews_at{};  ///< the certificate of ours that is in use
    std::string renewal_explanation{};         ///< URL of the CA's own, why then; "" for none
};
AppSummary read_summary(const LocalStore& store, std::string_view app);

/// Is nothing left to be done for this name? One that is served can have a cause all the same: its
/// renewal fails, or is held up.
bool is_settled(const NameState& name);

}  // namespace store
