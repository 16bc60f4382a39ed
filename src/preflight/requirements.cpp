#include "preflight/requirements.h"

#include <algorithm>

#include "async/process.h"
#include "base/text.h"
#include "ca/stored_account.h"
#include "dokku/command.h"
#include "dokku/ports.h"
#include "http/link.h"
#include "settings/dns_providers.h"
#include "settings/known_servers.h"

namespace preflight {

using base::ErrorKind;

base::Result<void> require_email(const settings::Settings& settings, const dokku::AppName& app) {
    if (settings.has_email()) return {};
    return base::fail(ErrorKind::invalid_input,
                      "ERROR: Cannot request a certificate without an e-mail address!",
                      {"  please provide your e-mail address using",
                       "  dokku letsencrypt:set " + app.text() + " email <e-mail>"});
}

base::Result<void> require_https_server(const ca::IssueJob& job) {
    const std::string& server = job.ca.server;
    if (http::is_https(server)) return {};
    return base::fail(ErrorKind::invalid_input,
                      "The property server of " + job.app().text() +
                          " is no https URL: " + base::printable(server),
                      {"Set it with: dokku letsencrypt:set " + job.app().text() +
                       " server default|staging|https://..."});
}

base::Result<void> require_external_account(const ca::Context& context, const ca::IssueJob& job) {
    const std::string& server = job.ca.server;
    const auto* known = settings::find_known_server(server);
    const bool wanted = known != nullptr && known->wants_external_account;
    if (!wanted || job.ca.takes_external_account) return {};
    if (ca::was_registered(context, server, job.settings().account_email())) return {};
    const std::string& app = job.app().text();
    return base::fail(
        ErrorKind::invalid_input,
        "The CA " + std::string{known->name} + " wants an external account, which none is set for",
        {"Take key id and MAC key from the CA's web pages: dokku letsencrypt:set " + app +
             " eab-kid <id>, then eab-hmac-key <key>",
         "or use another CA: dokku letsencrypt:set " + app + " server default"});
}

base::Result<void> require_known_provider(const ca::IssueJob& job) {
    const std::string& provider = job.settings().dns_provider.computed;
    const bool is_known = settings::find_dns_provider(provider) != nullptr;
    if (!job.settings().uses_dns() || is_known) return {};
    return settings::describe_unknown_provider(provider, job.app().text());
}

async::Task<base::Result<void>> require_port_80(ca::Context& context, const ca::IssueJob& job) {
    if (job.settings().uses_dns()) co_return base::Result<void>{};
    const std::string& app = job.app().text();
    const auto ports = co_await context.programs->read_ports(job.app());
    if (!ports) co_return ports.error();
    const auto first_of = [&](std::string_view scheme) {
        return std::find_if(ports->begin(), ports->end(),
                            [&](const auto& mapping) { return mapping.scheme == scheme; });
    };
    const bool has_port_80 = std::any_of(ports->begin(), ports->end(), [](const auto& mapping) {
        return mapping.scheme == "http" && mapping.host == "80";
    });
    if (has_port_80) co_return base::Result<void>{};
    auto source = first_of("http");
    if (source == ports->end()) source = first_of("https");
    if (source == ports->end()) {
        co_return base::fail(
            ErrorKind::invalid_input,
            "Cannot enable letsencrypt for " + app +
                ": no http or https proxy port mapping was found.",
            {"  letsencrypt needs an http listener on port 80 to serve the ACME HTTP-01 challenge.",
             "  Add one with: dokku ports:add " + app + " http:80:<container-port>"});
    }
    const std::string mapping = "http:80:" + source->container;
    context.log.info1("Adding " + mapping + " port mapping to " + app +
                      " for ACME HTTP-01 challenge...");
    dokku::RunOptions options;
    options.on_output = [&](std::string_view line) { context.log.verbose(line); };
    auto command =
        dokku::dokku_command(context.environment, job.app(), {"ports:add", app, mapping}, options);
    const auto added = co_await async::run_process(std::move(command));
    if (!added) co_return added.error();
    if (!added->ok()) {
        co_return base::fail(ErrorKind::io, "`dokku ports:add " + app + " " + mapping +
                                                "` failed with exit code " +
                                                std::to_string(added->code));
    }
    co_return base::Result<void>{};
}

}  // namespace preflight
