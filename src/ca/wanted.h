#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ca/lego/options.h"
#include "dokku/app.h"
#include "settings/settings.h"
#include "store/certificate_id.h"

namespace ca {

/// What is wanted of one certificate: read once, and the same until its flow ends.
struct Wanted {
    Wanted(dokku::AppName of, settings::Settings resolved, std::vector<std::string> stored)
        : app(std::move(of)),
          settings(std::move(resolved)),
          options(read_options(settings)),
          domains(std::move(stored)) {}

    dokku::AppName app;
    store::CertificateId certificate{};  ///< which of the app's
    settings::Settings settings;
    AppOptions options;
    std::vector<std::string> domains;  ///< as stored: for files and hash
    std::string lego_command{};
    std::string hash{};  ///< of the configuration (docs/dokku.md 10.4)
};

}  // namespace ca
