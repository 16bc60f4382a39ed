#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ca/context.h"
#include "crypto/certificate.h"
#include "store/app_state.h"

namespace renewal {

/// Notes the certificate of ours that is in place where no run has: one that the official plugin
/// ordered, or that a renamed app brought along.
void record_installed(store::AppState& state, const crypto::Certificate& leaf,
                      const std::string& server);

/// When the lists of revoked certificates are first to be looked at for a new one: with the next
/// run, or never for one that names no list.
std::optional<base::UtcTime> first_look_at_lists(const crypto::Certificate& leaf);

/// Writes into an app's state what a CA was asked about its certificate: the first one of
/// `chain_pem`, as it was in place before. While one waits for a CA the app may be destroyed or
/// renamed, or another pair installed; nothing is written then. Returns whether it was written;
/// what goes wrong is a warning.
bool note_about(const ca::Context& context, const dokku::AppName& app, std::string_view chain_pem,
                const std::function<void(store::AppState&)>& change);

}  // namespace renewal
