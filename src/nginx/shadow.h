#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nginx/config.h"

namespace nginx {

/// A directive that may answer requests for the challenge's path before our location can.
struct Shadow {
    std::string directive;  ///< `return 301 https://...`
    base::Path file;
    int line = 0;

    /// `file:line: directive`
    std::string place() const;
};

/// Looks through the server blocks for `name` on port 80: a `return` or `rewrite` of the whole
/// server (also inside an `if`), then a location that matches the path more closely than
/// `^~ /.well-known/acme-challenge/`. What stands in a file of ours is none. Nothing if there is no
/// such directive: then the vhost may not include nginx.conf.d at all.
std::optional<Shadow> find_shadow(const std::vector<NginxDirective>& config, std::string_view name);

}  // namespace nginx
