#pragma once

#include <string>

#include "base/utc_time.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "dokku/app.h"
#include "settings/settings.h"
#include "store/app_state.h"

namespace ca {

/// The directory URL of the CA that issued the certificate in use: as recorded, else as the folder
/// of the certificate tells (the official plugin's); "" if neither tells.
std::string issuing_server(const Context& context, const dokku::AppName& app,
                           const store::AppState& state);

/// Has the app been set to another CA than the one that issued its certificate? The fallback server
/// stands in for the one that is set.
bool is_of_another_ca(const Context& context, const dokku::AppName& app,
                      const settings::Settings& settings, const store::AppState& state);

/// What an order of the job names as the certificate that it replaces (RFC 9773 section 5); ""
/// where the one in place was not ordered by the same account at the same CA, which would be
/// refused.
std::string certificate_to_replace(const Context& context, const IssueJob& job);

/// Start included, end excluded; false where no window is known.
bool is_window_open(const store::RenewalPlan& plan, base::UtcTime now);

/// Does the CA exempt an order of the job, sent now, from its limits? So it does for one that
/// replaces the certificate in place while the window of that one, as last told, is open by the
/// CA's clock (RFC 9773 section 5).
bool is_exempt_order(const Context& context, const IssueJob& job);

}  // namespace ca
