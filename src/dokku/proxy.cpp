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
    // Nobody answered: `nginx` is what Dokku itself falls back to.
    if (answer->empty() || base::trim(answer->front()).empty()) return std::string{"nginx"};
    return std::string{base::trim(answer->front())};
}

}  // namespace dokku
