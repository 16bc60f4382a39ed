#pragma once

#include <string>

#include "ca/lego/options.h"
#include "settings/settings.h"

namespace ca {

class CaSession;

/// The CA that a certificate is ordered at, and how.
struct ChosenCa {
    std::string server;                   ///< the URL of its directory
    std::string profile{};                ///< that the order asks for; "" for the CA's usual one
    bool takes_external_account = false;  ///< the one of the settings is of this CA
    bool is_fallback = false;             ///< it stands in for the one that is set
    CaSession* session = nullptr;         ///< once it is open
};

/// The CA that the settings name.
ChosenCa set_ca(const settings::Settings& settings, const LegoOptions& options);

}  // namespace ca
