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

base::Result<std::string> ask_proxy_type(const Environment& environment, const AppName& app) {
    const auto answer = ask_trigger(environment, app, "proxy-type", {app.text()});
    if (!answer) return answer.error();
    // No plugin answered: `nginx` is what Dokku itself falls back to.
    if (answer->empty() || base::trim(answer->front()).empty()) return std::string{"nginx"};
    return std::string{base::trim(answer->front())};
}

base::Result<void> require_nginx_proxy(const Environment& environment, const AppName& app) {
    const auto enabled = is_proxy_enabled(environment, app);
    if (!enabled) return enabled.error();
    if (!*enabled) {
        return base::fail(base::ErrorKind::invalid_input,
                          "The proxy of " + app.text() + " is disabled",
                          {"Nothing would serve the certificate. Switch it on with: "
                           "dokku proxy:enable " +
                           app.text()});
    }
    const auto type = ask_proxy_type(environment, app);
    if (!type) return type.error();
    if (*type == "nginx") return {};
    return base::fail(
        base::ErrorKind::invalid_input,
        app.text() + " is served by " + base::printable(*type) +
            ", which gets its certificates by itself; letsencrypt works with nginx only",
        {"Set the e-mail address for " + base::printable(*type) + " with: dokku " +
             base::printable(*type) + ":set " + app.text() + " letsencrypt-email <e-mail>",
         "or serve the app by nginx: dokku proxy:set " + app.text() + " type nginx"});
}

}  // namespace dokku
