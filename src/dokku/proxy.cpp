#include "dokku/proxy.h"

#include "base/text.h"
#include "dokku/property.h"
#include "dokku/trigger.h"

namespace dokku {

base::Result<bool> is_proxy_enabled(const Environment& environment, const AppName& app) {
    const auto disabled = PropertyStore{environment, "proxy"}.get(app, "disabled");
    if (!disabled) return disabled.error();
    return base::trim(*disabled) != "true";
}

base::Result<void> require_proxy(const Environment& environment, const AppName& app) {
    const auto enabled = is_proxy_enabled(environment, app);
    if (!enabled) return enabled.error();
    if (!*enabled) {
        return base::fail(base::ErrorKind::invalid_input,
                          "The proxy of " + app.text() + " is disabled",
                          {"Nothing would serve the certificate. Switch it on with: "
                           "dokku proxy:enable " +
                           app.text()});
    }
    return {};
}

base::Result<void> require_nginx(const AppName& app, const std::vector<std::string>& answer) {
    const std::string_view type = answer.empty() ? "" : base::trim(answer.front());
    if (type.empty() || type == "nginx") return {};
    return base::fail(
        base::ErrorKind::invalid_input,
        app.text() + " is served by " + base::printable(type) +
            ", which gets its certificates by itself; letsencrypt works with nginx only",
        {"Set the e-mail address for " + base::printable(type) + " with: dokku " +
             base::printable(type) + ":set " + app.text() + " letsencrypt-email <e-mail>",
         "or serve the app by nginx: dokku proxy:set " + app.text() + " type nginx"});
}

base::Result<void> require_nginx_proxy(const Environment& environment, const AppName& app) {
    if (auto proxy = require_proxy(environment, app); !proxy) return proxy;
    const auto answer = ask_trigger(environment, app, "proxy-type", {app.text()});
    if (!answer) return answer.error();
    return require_nginx(app, *answer);
}

}  // namespace dokku
