#include "serving/serve.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "async/all.h"
#include "async/sleep.h"
#include "base/text.h"
#include "ca/claim.h"
#include "crypto/certificate.h"
#include "dokku/ports.h"
#include "nginx/config.h"
#include "nginx/listen.h"
#include "nginx/service.h"
#include "serving/challenge_routes.h"
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
    return std::all_of(job.names.ordered.begin(), job.names.ordered.end(),
                       [&](const auto& name) { return !tls_pairs(vhost, name.str()).empty(); });
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

/// What each of the listeners shows, asked side by side.
async::Task<std::vector<base::Result<std::string>>> ask_listeners(
    http::CertificateProbe& probe, const std::vector<Listener>& listeners, std::string name) {
    constexpr std::chrono::seconds kDeadline{2};
    std::vector<async::Task<base::Result<std::string>>> questions;
    questions.reserve(listeners.size());
    for (const auto& [pair, address] : listeners) {
        questions.push_back(
            probe.fetch(address, static_cast<std::uint16_t>(pair.port), name, kDeadline));
    }
    auto shown = co_await async::all(std::move(questions));
    co_return shown;
}

/// Empty once one of the addresses shows the certificate and none shows another.
async::Task<std::string> probe_listeners(http::CertificateProbe& probe,
                                         std::vector<Listener> listeners, std::string name,
                                         std::string fingerprint) {
    const auto shown = co_await ask_listeners(probe, listeners, std::move(name));
    std::string reason = "no answer";
    bool seen = false;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (!shown[i]) {
            reason = shown[i].error().message;
        } else if (!is_certificate(*shown[i], fingerprint)) {
            co_return "nginx still shows another certificate at " + listeners[i].pair.to_string();
        } else {
            seen = true;
        }
    }
    co_return seen ? "" : reason;
}

std::optional<dokku::PortMapping> find_https(const std::vector<dokku::PortMapping>& ports) {
    const auto found = std::find_if(ports.begin(), ports.end(), [](const auto& mapping) {
        return mapping.scheme == "https" || mapping.scheme == "grpcs";
    });
    return found == ports.end() ? std::nullopt : std::optional{*found};
}

/// Dokku puts a domain into the vhost as it is stored, and browsers ask for the converted form of
/// one in another script.
async::Task<std::string> why_no_listener(const ca::Context& context,
                                         const ExpectedServing& expected, std::string name) {
    const std::string& app = expected.app.text();
    for (const std::string& domain : expected.domains) {
        const auto converted = dns::DnsName::parse(domain);
        const bool stored_so = base::to_lower(domain) == name;
        if (!converted || converted->str() != name || stored_so) continue;
        co_return fmt::format(
            "browsers ask for {0}, which is not in the vhost: '{1}' is. Store the converted form: "
            "dokku domains:remove {2} '{1}' && dokku domains:add {2} {0}",
            name, domain, app);
    }
    const auto ports = co_await context.programs->read_ports(expected.app);
    const auto https = ports ? find_https(*ports) : std::nullopt;
    if (https) {
        co_return fmt::format(
            "the vhost has no https listener for {}, though the app's ports have one ({}): it was "
            "written while the certificate was not there, or by a template of the app's own. Write "
            "it anew with: dokku proxy:build-config {}",
            name, https->text(), app);
    }
    const std::string container =
        ports && !ports->empty() ? ports->front().container : "<container-port>";
    co_return fmt::format(
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

using Vhost = base::Result<std::vector<nginx::NginxServer>>;

async::Task<ca::ServedName> probe_once(const ca::Context& context, const ExpectedServing& expected,
                                       std::string name, const Vhost& vhost,
                                       const std::vector<nginx::NginxServer>& all_servers) {
    if (name.starts_with("*.")) co_return ca::ServedName{name};
    if (!vhost) {
        co_return ca::ServedName{name, store::cause::kNotServed,
                                 "cannot read the vhost: " + vhost.error().message};
    }
    const auto pairs = tls_pairs(*vhost, name);
    if (pairs.empty()) {
        std::string why = co_await why_no_listener(context, expected, name);
        co_return ca::ServedName{name, store::cause::kNoHttpsListener, std::move(why)};
    }
    auto listeners = listeners_of(pairs, all_servers);
    const std::string reason =
        co_await probe_listeners(context.probe, std::move(listeners), name, expected.fingerprint);
    if (reason.empty()) co_return ca::ServedName{name};
    co_return ca::ServedName{name, store::cause::kNotServed,
                             "the new certificate of " + name +
                                 " is installed but not served: " + reason + why_not_shown(name)};
}

/// One look at each of the names that are not seen yet. Reads the vhost anew: Dokku may be about to
/// rebuild it.
async::Task<void> probe_unseen(const ca::Context& context, const ExpectedServing& expected,
                               const std::vector<nginx::NginxServer>& all_servers,
                               std::vector<ca::ServedName*> unseen) {
    const Vhost vhost = read_vhost(context, expected.app);
    std::vector<async::Task<ca::ServedName>> looks;
    looks.reserve(unseen.size());
    for (const ca::ServedName* one : unseen)
        looks.push_back(probe_once(context, expected, one->name, vhost, all_servers));
    auto seen = co_await async::all(std::move(looks));
    for (std::size_t i = 0; i < unseen.size(); ++i)
        *unseen[i] = std::move(seen[i]);
}

/// A vhost without a TLS listener only gets one by being rebuilt. It counts as rebuilt once it has
/// not changed for a while: a look at it that lasts may have begun before.
class Rebuild {
  public:
    Rebuild(const ca::Context& context, const ExpectedServing& expected)
        : context_(context), expected_(expected), seen_(stamp_vhost(context, expected.app)) {}

    /// Is it still to come, or under way?
    bool is_awaited() {
        if (!expected_.vhost_before) return false;
        const base::FileStamp stamp = stamp_vhost(context_, expected_.app);
        if (stamp != seen_) changed_ = context_.clock.monotonic();
        seen_ = stamp;
        const bool is_settled = context_.clock.monotonic() - changed_ >= kSettling;
        return stamp == *expected_.vhost_before || !is_settled;
    }

  private:
    static constexpr std::chrono::seconds kSettling{2};

    const ca::Context& context_;
    const ExpectedServing& expected_;
    base::FileStamp seen_;
    base::Clock::Monotonic changed_ = context_.clock.monotonic();
};

}  // namespace

bool end_route(const ca::Context& context, const ca::IssueJob& job) {
    // A permanent route that this run made for nothing goes as well.
    const bool stays = job.settings().has_permanent_route() && !(job.route.is_new && !job.alive());
    return !stays && remove_route_files(context, job);
}

/// A vhost that serves this app's pair under these names needs no new text, only a reload. Dokku
/// may have written it while there was no pair, and a run that was cut short never have come to its
/// rebuild.
bool needs_rebuild(const ca::Context& context, const ca::IssueJob& job) {
    if (!job.alive() || job.need == ca::Need::standby) return false;
    if (!job.has_same_names()) return true;
    const auto vhost = read_vhost(context, job.app());
    return !vhost || !has_tls_for_all(*vhost, job);
}

async::Task<void> rebuild_for(const ca::Context& context, ca::IssueJob& job) {
    // It would make a folder for an app that is gone.
    if (!ca::is_still_claimed(context, job)) co_return;
    auto rebuilt = co_await rebuild_vhost(context, job.app());
    job.serving.rebuilt = std::move(rebuilt);
}

async::Task<base::Result<void>> rebuild_vhost(const ca::Context& context, dokku::AppName app) {
    auto built = co_await context.programs->require_trigger(app, "proxy-build-config");
    if (built) co_return built;
    base::Error error = std::move(built).error();
    const auto valid = co_await require_valid_nginx(context);
    if (!valid) error.message += ". " + valid.error().message;
    context.log.warn(error.message);
    context.log.warn(
        "The certificate is installed. Once that is mended, load it with: "
        "dokku proxy:build-config " +
        app.text());
    co_return error;
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

async::Task<bool> has_https_port(const ca::Context& context, dokku::AppName app) {
    const auto ports = co_await context.programs->read_ports(std::move(app));
    co_return ports&& find_https(*ports);
}

base::FileStamp stamp_vhost(const ca::Context& context, const dokku::AppName& app) {
    return base::stamp_file(context.environment.app_root(app) / "nginx.conf")
        .value_or(base::FileStamp{});
}

base::Result<ExpectedServing> expected_serving(const ca::IssueJob& job) {
    const auto leaf = crypto::Certificate::parse_pem(job.issued->chain_pem);
    if (!leaf) return leaf.error();
    return ExpectedServing{job.app(), job.wanted().domains, ca::to_texts(job.names.ordered),
                           leaf->fingerprint()};
}

ServedProbe::ServedProbe(const ca::Context& context)
    : context_(context),
      all_servers_(nginx::find_servers(nginx::read_nginx_config(nginx::kNginxMainConfig))) {}

async::Task<std::vector<ca::ServedName>> ServedProbe::probe(
    ExpectedServing expected, std::chrono::milliseconds patience) const {
    const auto deadline = context_.clock.monotonic() + patience;
    Rebuild rebuild{context_, expected};
    std::vector<ca::ServedName> served;
    std::vector<ca::ServedName*> unseen;
    served.reserve(expected.names.size());
    for (const std::string& name : expected.names) {
        served.push_back({name});
        unseen.push_back(&served.back());
    }
    for (;;) {
        co_await probe_unseen(context_, expected, all_servers_, unseen);
        const bool is_awaited = rebuild.is_awaited();
        std::erase_if(unseen, [&](const ca::ServedName* one) {
            return one->cause.empty() ||
                   (one->cause == store::cause::kNoHttpsListener && !is_awaited);
        });
        if (unseen.empty() || context_.clock.monotonic() >= deadline) co_return served;
        co_await async::sleep_for(kPollInterval);
    }
}

}  // namespace serving
