#include "serving/vhost_pair.h"

#include "base/file.h"

namespace serving {

std::optional<bool> vhost_names_pair(const dokku::Environment& environment,
                                     const dokku::AppName& app) {
    const auto vhost = base::read_file(environment.app_root(app) / "nginx.conf");
    if (!vhost) return std::nullopt;
    return vhost->find(environment.tls_root(app).string() + "/server.") != std::string::npos;
}

}  // namespace serving
