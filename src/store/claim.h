#pragma once

#include <string_view>

#include "store/app_state.h"
#include "store/local_store.h"

namespace store {

/// Has a run of another process claimed a certificate of the app, and does that process still run?
bool is_claimed_elsewhere(const AppState& state);

bool is_claimed_elsewhere(const CertificateState& certificate);

/// Has a run left the certificate's journal behind? One at work has its own open as well; but what
/// that has ordered is there for the run that takes over from it.
bool has_left_journal(const CertificateState& certificate);

/// Is another run at work for the app: does it hold the app's lock, or has it claimed it?
bool is_at_work(const LocalStore& store, std::string_view app);

}  // namespace store
