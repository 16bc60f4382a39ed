#include "nginx/hsts.h"

#include "base/text.h"

namespace nginx {

std::optional<std::string> hsts_warning(const dokku::Environment& environment,
                                        const dokku::AppName& app) {
    const auto text = base::read_file(environment.app_root(app) / "nginx.conf.d" / "hsts.conf");
    if (!text || base::to_lower(*text).find("strict-transport-security") == std::string::npos) {
        return std::nullopt;
    }
    return "Browsers that visited " + app.text() +
           " were told to use HTTPS only (HSTS): they will refuse its pages until it has a "
           "certificate again. To stop that for new visitors, before HTTPS goes: dokku nginx:set " +
           app.text() + " hsts false";
}

}  // namespace nginx
