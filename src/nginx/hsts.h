#pragma once

#include <optional>
#include <string>

#include "dokku/app.h"
#include "dokku/environment.h"

namespace nginx {

/// Has the app's vhost been sending Strict-Transport-Security (RFC 6797)? Dokku writes that header
/// to nginx.conf.d/hsts.conf as soon as a certificate exists (docs/dokku.md 7.1). Returns what
/// an operator should know before HTTPS goes away.
std::optional<std::string> hsts_warning(const dokku::Environment& environment,
                                        const dokku::AppName& app);

}  // namespace nginx
