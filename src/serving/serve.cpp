#include "serving/serve.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "ca/claim.h"
#include "crypto/certificate.h"
#include "dokku/ports.h"
#include "dokku/trigger.h"
#include "http/curl_probe.h"
#include "nginx/config.h"
#include "nginx/listen.h"
#include "nginx/service.h"
#include "serving/app_routes.h"
#include "serving/valid_nginx.h"

namespace serving {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};

base::Result<std::vector<nginx::NginxServer>> read_vhost(const ca::Context& context,
                                                         const dokku::AppName& app) {
    const base::Path vhost = context.environment.app_root(app) / "nginx.conf";
    const auto text = base::read_file(vhost);
    if (!text) return text.error();
    const auto directives = nginx::parse_nginx_config(*text, vhost);
    if (!directives) return directives.error();
    return nginx::find_servers(*directives);
}

std::vector<nginx::ListenPair> tls_pairs(const std::vector<nginx::NginxServer>& servers,
                                         const std::string& name) {
    std::vector<nginx::ListenPair> pairs;
    for (const auto& server : servers) {
        if (server.has_name(name)) {
            pairs.insert(pairs.end(), server.tls_listens.begin(), server.tls_listens.end());
        }
    }
    return pairs;
}

bool has_tls_for_all(const std::vector<nginx::NginxServer>& vhost, const ca::IssueJob& job) {
    return std::all_of(job.names.begin(), job.names.end(),
                       [&](const auto& name) { return !tls_pairs(vhost, name.str()).empty(); });
}

/// A vhost that serves this app's pair under these names needs no new text, only a reload. Dokku
/// may have written it while there was no pair, and a run that was cut short never have come to its
/// rebuild.
bool needs_rebuild(const ca::Context& context, const ca::IssueJob& job) {
    if (!job.alive() || job.unused) return false;
    if (!job.has_same_names()) return true;
    const auto vhost = read_vhost(context, job.app);
    return !vhost || !has_tls_for_all(*vhost, job);
}

/// A TLS listener of a name and where to connect to for it.
struct Listener {
    nginx::ListenPair pair;
    std::string address;
};

std::vector<Listener> listeners_of(const std::vector<nginx::ListenPair>& pairs,
                                   const std::vector<nginx::NginxServer>& all_servers) {
    std::vector<Listener> listeners;
    for (const auto& pair : pairs) {
        std::string address = nginx::loopback_for(pair, all_servers);
        if (!address.empty()) listeners.push_back({pair, std::move(address)});
    }
    return listeners;
}

bool is_certificate(std::string_view pem, const std::string& fingerprint) {
    const auto certificate = crypto::Certificate::parse_pem(pem);
    return certificate && certificate->fingerprint() == fingerprint;
}

/// Empty once one of the addresses shows the certificate and none shows another.
std::string probe_listeners(const std::vector<Listener>& listeners, const std::string& name,
                            const std::string& fingerprint) {
    constexpr std::chrono::seconds kDeadline{2};
    std::string reason = "no answer";
    bool seen = false;
    for (const auto& [pair, address] : listeners) {
        const auto shown = http::fetch_served_certificate(
            address, static_cast<std::uint16_t>(pair.port), name, kDeadline);
        if (!shown) {
            reason = shown.error().message;
        } else if (!is_certificate(*shown, fingerprint)) {
            return "nginx still shows another certificate at " + pair.to_string();
        } else {
            seen = true;
        }
    }
    return seen ? "" : reason;
}

std::optional<dokku::PortMapping> find_https(const std::vector<dokku::PortMapping>& ports) {
    const auto found = std::find_if(ports.begin(), ports.end(), [](const auto& mapping) {
        return mapping.scheme == "https" || mapping.scheme == "grpcs";
    });
    return found == ports.end() ? std::nullopt : std::optional{*found};
}

/// Dokku puts a domain into the vhost as it is stored, and browsers ask for the converted form of
/// one in another script.
std::string why_no_listener(const ca::Context& context, const ExpectedServing& expected,
                            const std::string& name) {
    const std::string& app = expected.app.text();
    for (const std::string& domain : expected.domains) {
        const auto converted = dns::DnsName::parse(domain);
        const bool stored_so = base::to_lower(domain) == name;
        if (!converted || converted->str() != name || stored_so) continue;
        return fmt::format(
            "browsers ask for {0}, which is not in the vhost: '{1}' is. Store the converted form: "
            "dokku domains:remove {2} '{1}' && dokku domains:add {2} {0}",
            name, domain, app);
    }
    const auto ports = dokku::read_ports(context.environment, expected.app);
    const auto https = ports ? find_https(*ports) : std::nullopt;
    if (https) {
        return fmt::format(
            "the vhost has no https listener for {}, though the app's ports have one ({}): it was "
            "written while the certificate was not there, or by a template of the app's own. Write "
            "it anew with: dokku proxy:build-config {}",
            name, https->text(), app);
    }
    const std::string container =
        ports && !ports->empty() ? ports->front().container : "<container-port>";
    return fmt::format(
        "no https listener for {}: the app's ports have none. Add one with: dokku ports:add {} "
        "https:443:{}",
        name, app, container);
}

/// Who asks for an address sends no name (RFC 6066 section 3), so nginx shows the certificate of
/// its default server there, whose `server_name` it does not look at.
std::string why_not_shown(const std::string& name) {
    if (!dns::DnsName::parse_address(name)) return {};
    return ". TLS knows no names that are addresses: nginx shows the certificate of its default "
           "server, which is another app's unless this one is the first";
}

/// Reads the vhost anew each time: Dokku may be about to rebuild it.
ca::ServedName probe_once(const ca::Context& context, const ExpectedServing& expected,
                          const std::string& name,
                          const std::vector<nginx::NginxServer>& all_servers) {
    if (name.starts_with("*.")) return {name};
    const auto servers = read_vhost(context, expected.app);
    if (!servers) {
        return {name, store::cause::kNotServed,
                "cannot read the vhost: " + servers.error().message};
    }
    const auto pairs = tls_pairs(*servers, name);
    if (pairs.empty())
        return {name, store::cause::kNoHttpsListener, why_no_listener(context, expected, name)};
    const std::string reason =
        probe_listeners(listeners_of(pairs, all_servers), name, expected.fingerprint);
    if (reason.empty()) return {name};
    return {name, store::cause::kNotServed,
            "the new certificate of " + name + " is installed but not served: " + reason +
                why_not_shown(name)};
}

}  // namespace

void load_pairs(ca::Context& context, const std::vector<ca::IssueJob*>& jobs) {
    const ca::IssueJob* reload_for = nullptr;
    for (const ca::IssueJob* job : jobs) {
        // A permanent route that this run made for nothing goes as well.
        const bool keep =
            job->settings.has_permanent_route() && !(job->route_is_new && !job->alive());
        const bool changed = !keep && remove_route_files(context, *job);
        // A rebuild reloads nginx itself, so it also takes the route out.
        if (!needs_rebuild(context, *job) && (changed || (job->alive() && !job->unused))) {
            reload_for = job;
        }
    }
    for (ca::IssueJob* job : jobs) {
        // Each takes Dokku some seconds, and would make a folder for an app that is gone.
        if (needs_rebuild(context, *job) && ca::is_still_claimed(context, *job)) {
            job->rebuilt = rebuild_vhost(context, job->app);
        }
    }
    if (reload_for == nullptr) return;
    // When nginx is started it reads these files, and what failed because it does not run has
    // said so.
    const bool any =
        std::any_of(jobs.begin(), jobs.end(), [](const ca::IssueJob* job) { return job->alive(); });
    if (!any && !nginx::NginxService{context.environment}.is_running()) return;
    reload_nginx(context, reload_for->app);
}

void reload_nginx(const ca::Context& context, const dokku::Scope& scope) {
    // Another app may have broken the configuration meanwhile.
    if (auto valid = require_valid_nginx(context); !valid) {
        context.log.warn("nginx was not reloaded: " + valid.error().message);
        context.log.warn("The files are in place. Once that is mended: dokku nginx:reload");
        return;
    }
    const auto reloaded = nginx::NginxService{context.environment}.reload(scope);
    if (!reloaded) context.log.warn(reloaded.error());
}

base::Result<void> rebuild_vhost(const ca::Context& context, const dokku::AppName& app) {
    auto built =
        dokku::require_trigger(context.environment, app, "proxy-build-config", {app.text()});
    if (built) return built;
    base::Error error = std::move(built).error();
    const auto valid = require_valid_nginx(context);
    if (!valid) error.message += ". " + valid.error().message;
    context.log.warn(error.message);
    context.log.warn(
        "The certificate is installed. Once that is mended, load it with: "
        "dokku proxy:build-config " +
        app.text());
    return error;
}

void blame_rebuild(std::vector<ca::ServedName>& served, const base::Result<void>& rebuilt) {
    if (rebuilt) return;
    for (ca::ServedName& one : served) {
        // Of a wildcard it was not probed what nginx shows.
        if (one.cause.empty() && !one.name.starts_with("*.")) continue;
        one.cause = store::cause::kNotServed;
        one.reason = "the vhost could not be rebuilt: " + base::printable(rebuilt.error().message);
    }
}

bool has_https_port(const ca::Context& context, const dokku::AppName& app) {
    const auto ports = dokku::read_ports(context.environment, app);
    return ports && find_https(*ports);
}

base::FileStamp stamp_vhost(const ca::Context& context, const dokku::AppName& app) {
    return base::stamp_file(context.environment.app_root(app) / "nginx.conf")
        .value_or(base::FileStamp{});
}

base::Result<ExpectedServing> expected_serving(const ca::IssueJob& job) {
    const auto leaf = crypto::Certificate::parse_pem(job.issued->chain_pem);
    if (!leaf) return leaf.error();
    return ExpectedServing{job.app, job.domains, ca::to_texts(job.names), leaf->fingerprint()};
}

ServedProbe::ServedProbe(ca::Context& context)
    : context_(context),
      all_servers_(nginx::find_servers(nginx::read_nginx_config(nginx::kNginxMainConfig))) {}

std::vector<ca::ServedName> ServedProbe::probe(const ExpectedServing& expected,
                                               std::chrono::milliseconds patience) const {
    const auto deadline = context_.clock.monotonic() + patience;
    // A vhost without a TLS listener only gets one by being rebuilt.
    const auto may_change = [&](const ca::ServedName& served) {
        return served.cause != store::cause::kNoHttpsListener ||
               (expected.vhost_before &&
                *expected.vhost_before == stamp_vhost(context_, expected.app));
    };
    std::vector<ca::ServedName> seen;
    for (const std::string& name : expected.names) {
        ca::ServedName served = probe_once(context_, expected, name, all_servers_);
        while (!served.cause.empty() && may_change(served) &&
               context_.clock.monotonic() < deadline) {
            context_.clock.sleep_for(kPollInterval);
            served = probe_once(context_, expected, name, all_servers_);
        }
        seen.push_back(std::move(served));
    }
    return seen;
}

}  // namespace serving
