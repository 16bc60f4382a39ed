#include "serving/app_routes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "ca/claim.h"
#include "dokku/property.h"
#include "http/challenge_fetch.h"
#include "nginx/listen.h"
#include "nginx/service.h"
#include "nginx/shadow.h"
#include "nginx/workers.h"

namespace serving {
namespace {

constexpr const char* kErrorLog = "/var/log/nginx/error.log";
constexpr std::chrono::seconds kRoutePatience{3};
constexpr std::chrono::seconds kWorkerPatience{3};

/// A job whose route files are written, with what is to be fetched for it.
struct Routed {
    ca::IssueJob* job;
    std::vector<http::RouteCheck> checks;
};

/// One address of each family, as Dokku's template has them (docs/dokku.md 7.5).
std::vector<std::string> bind_addresses(const ca::Context& context, const dokku::AppName& app) {
    const dokku::PropertyStore nginx{context.environment, "nginx"};
    const auto value_of = [&](const char* key, const char* otherwise) {
        std::string value = nginx.get(app, key).value_or("");
        if (value.empty()) value = nginx.get(dokku::Scope::global(), key).value_or("");
        return value.empty() ? std::string{otherwise} : value;
    };
    return {value_of("bind-address-ipv4", "*"), value_of("bind-address-ipv6", "::")};
}

/// Where the app's own vhost serves a name on port 80. A wildcard of the vhost serves it as well as
/// the name itself: a server block of ours, being exact, would take its visitors away.
std::vector<nginx::ListenPair> pairs_on_port_80(const std::vector<nginx::NginxServer>& vhost,
                                                const std::string& name) {
    std::set<nginx::ListenPair> pairs;
    for (const auto& server : vhost) {
        if (!server.has_name(name) && !server.has_wildcard_for(name)) continue;
        for (const auto& pair : server.listens) {
            if (pair.port == 80) pairs.insert(pair);
        }
    }
    return {pairs.begin(), pairs.end()};
}

/// The part of nginx's error log that was written after the log had `from` bytes.
std::string log_since(std::uint64_t from) {
    constexpr std::size_t kEnough = 64UL << 10U;
    return base::read_part(kErrorLog, from, kEnough).value_or("");
}

std::uint64_t log_bytes() {
    const auto stamp = base::stamp_file(kErrorLog);
    return stamp ? stamp->bytes : 0;
}

/// All that nginx reads, looked at once for a run over however many apps.
class NginxSnapshot {
  public:
    NginxSnapshot() : NginxSnapshot(nginx::read_nginx_config(nginx::kNginxMainConfig)) {}

    nginx::NginxWorkers workers() const { return nginx::NginxWorkers::find(pid_file_); }

    /// The server blocks of one app's vhost.
    std::vector<nginx::NginxServer> vhost(const ca::Context& context,
                                          const dokku::AppName& app) const {
        const auto found = vhosts_.find(context.environment.app_root(app) / "nginx.conf");
        return found == vhosts_.end() ? std::vector<nginx::NginxServer>{} : found->second;
    }

    std::vector<nginx::ListenPair> pairs(const std::vector<std::string>& bind) {
        const auto [known, is_new] = pairs_.try_emplace(bind);
        if (is_new) known->second = nginx::choose_listen_pairs(servers_, listening_, bind);
        return known->second;
    }

    /// Where a server block with these pairs answers on this host.
    std::vector<std::string> addresses(const std::vector<nginx::ListenPair>& pairs) {
        std::vector<std::string> addresses;
        for (const auto& pair : pairs) {
            const auto [known, is_new] = loopbacks_.try_emplace(pair);
            if (is_new) known->second = nginx::loopback_for(pair, servers_);
            if (!known->second.empty()) addresses.push_back(known->second);
        }
        return addresses;
    }

  private:
    explicit NginxSnapshot(const std::vector<nginx::NginxDirective>& config)
        : servers_(nginx::find_servers(config)),
          listening_(nginx::read_listening(80)),
          pid_file_(nginx::nginx_pid_file(config)) {
        for (const auto& server : servers_)
            vhosts_[server.file].push_back(server);
    }

    std::vector<nginx::NginxServer> servers_;
    std::map<base::Path, std::vector<nginx::NginxServer>> vhosts_;  ///< the same by their files
    // Most apps ask the same, and each answer is a walk over all servers.
    std::map<std::vector<std::string>, std::vector<nginx::ListenPair>> pairs_;
    std::map<nginx::ListenPair, std::string> loopbacks_;
    std::vector<std::string> listening_;
    base::Path pid_file_;
};

/// Writes the files of one job. Returns what to fetch, and notes in `changed` if nginx must reload.
base::Result<Routed> write_files(const ca::Context& context, NginxSnapshot& host, ca::IssueJob& job,
                                 bool& changed) {
    const auto vhost = host.vhost(context, job.app);
    const std::string thumbprint = job.ca->thumbprint();
    Routed routed{&job, {}};
    nginx::OwnServer own{host.pairs(bind_addresses(context, job.app)), {}};
    for (const std::string& name : ca::to_texts(job.names)) {
        auto pairs = pairs_on_port_80(vhost, name);
        if (pairs.empty()) {
            own.names.push_back(name);
            pairs = own.listens;
        }
        routed.checks.push_back({name, host.addresses(pairs), thumbprint});
    }
    const auto files = route_files_of(context, job);
    // A second route of the same run (after a rehearsal) is not new.
    if (!base::file_exists(files.snippet) && !base::file_exists(files.block)) {
        job.route_is_new = true;
    }
    const auto written = nginx::write_route(files, job.app.text(), thumbprint, own);
    if (!written) return written.error();
    changed = changed || *written;
    return routed;
}

void fail_all(std::vector<Routed>& routed, std::string_view why, const base::Error& error) {
    for (const Routed& one : routed)
        one.job->fail(why, error);
    routed.clear();
}

std::vector<std::string> shadow_steps(const std::string& app) {
    return {
        "A directive of this app's own nginx configuration answers first: look into "
        "nginx.conf.d and a custom nginx.conf.sigil for 'return', 'rewrite' or a location "
        "of that path, or for a missing include of nginx.conf.d.",
        "Then run: dokku letsencrypt:enable " + app};
}

/// What the app's vhost has that may answer first, as ` (ROOT/APP/nginx.conf.d/x.conf:3: return)`.
std::string shadow_place(const ca::Context& context, const dokku::AppName& app,
                         const std::string& name) {
    const base::Path vhost = context.environment.app_root(app) / "nginx.conf";
    const auto shadow = nginx::find_shadow(nginx::read_nginx_config(vhost), name);
    return shadow ? " (" + shadow->place() + ")" : "";
}

/// Which of the routed jobs nginx complains about. The configuration was sound before we wrote.
std::vector<Routed>::iterator culprit(const ca::Context& context, std::vector<Routed>& routed,
                                      const nginx::NginxComplaint& complaint) {
    if (routed.size() == 1) return routed.begin();
    const std::string folder = nginx::app_of_file(context.environment.root, complaint.file);
    return std::find_if(routed.begin(), routed.end(), [&](const Routed& one) {
        return one.job->app.text() == folder ||
               nginx::route_files(context.environment, one.job->app).block == complaint.file;
    });
}

/// Tests the new files; takes the route of each app that nginx complains about away again.
void drop_refused(const ca::Context& context, std::vector<Routed>& routed) {
    while (!routed.empty()) {
        const auto complaint = nginx::NginxService::test();
        if (!complaint) return fail_all(routed, store::cause::kHost, complaint.error());
        if (!complaint->has_value()) return;
        const nginx::NginxComplaint& words = **complaint;
        const auto blamed = culprit(context, routed, words);
        const std::string text = "nginx refuses the ACME challenge route: " + words.message +
                                 (words.file.empty() ? "" : " in " + words.place());
        if (blamed == routed.end()) {
            return fail_all(routed, store::cause::kBlockedBy,
                            {base::ErrorKind::rejected, text, std::nullopt, {}});
        }
        blamed->job->fail(
            store::cause::kPathShadowed,
            {base::ErrorKind::rejected, text, std::nullopt, shadow_steps(blamed->job->app.text())});
        remove_route_files(context, *blamed->job);
        routed.erase(blamed);
    }
}

base::Error reload_refused(const std::string& log) {
    const auto complaint = nginx::parse_complaint(log);
    std::string message = "nginx did not take the reload";
    if (complaint) message += ": " + complaint->message;
    return {base::ErrorKind::io,
            message,
            std::nullopt,
            {"Run `sudo nginx -t` and look into " + std::string{kErrorLog} + "."}};
}

/// Where nginx could not even be asked, the host is to blame.
std::string_view cause_of_reload(const base::Error& error) {
    return error.kind == base::ErrorKind::rejected ? store::cause::kReloadRefused
                                                   : store::cause::kHost;
}

std::vector<http::RouteCheck> all_checks(const std::vector<Routed>& routed) {
    std::vector<http::RouteCheck> checks;
    for (const Routed& one : routed) {
        checks.insert(checks.end(), one.checks.begin(), one.checks.end());
    }
    return checks;
}

/// Has nginx loaded these files already? It has not if a run that wrote the same ones was killed
/// before its reload.
bool is_loaded(ca::Context& context, const std::vector<Routed>& routed) {
    const auto findings = http::check_routes(context.blocking_http, context.clock,
                                             all_checks(routed), std::chrono::seconds{0});
    return std::none_of(findings.begin(), findings.end(), [](const auto& one) { return one; });
}

/// Fetches every name; those that are not answered are deferred.
void verify(ca::Context& context, std::vector<Routed>& routed, std::uint64_t log_start) {
    const auto findings = http::check_routes(context.blocking_http, context.clock,
                                             all_checks(routed), kRoutePatience);
    const std::string log = log_since(log_start);
    if (nginx::parse_complaint(log) &&
        std::all_of(findings.begin(), findings.end(), [](const auto& one) { return one; })) {
        return fail_all(routed, store::cause::kReloadRefused, reload_refused(log));
    }
    std::size_t at = 0;
    for (const Routed& one : routed) {
        for (std::size_t i = 0; i < one.checks.size(); ++i, ++at) {
            if (!findings[at] || !one.job->alive()) continue;
            base::Error error = *findings[at];
            const std::string& name = one.checks[i].name;
            error.message += shadow_place(context, one.job->app, name);
            error.steps = shadow_steps(one.job->app.text());
            one.job->defer(name, store::cause::kPathShadowed, std::move(error));
        }
        one.job->drop_deferred();
    }
}

bool any_alive(const std::vector<Routed>& routed) {
    return std::any_of(routed.begin(), routed.end(),
                       [](const Routed& one) { return one.job->alive(); });
}

}  // namespace

nginx::RouteFiles route_files_of(const ca::Context& context, const ca::IssueJob& job) {
    return nginx::route_files(context.environment, job.app, ca::app_folder(context, job));
}

void switch_routes_on(ca::Context& context, const std::vector<ca::IssueJob*>& jobs) {
    NginxSnapshot host;
    std::vector<Routed> routed;
    bool changed = false;
    for (ca::IssueJob* job : jobs) {
        if (!job->alive() || job->settings.uses_dns()) continue;
        auto written = write_files(context, host, *job, changed);
        if (written) {
            routed.push_back(std::move(*written));
        } else {
            job->fail(store::cause::kHost, std::move(written).error());
        }
    }
    if (routed.empty() || (!changed && is_loaded(context, routed))) return;
    const std::uint64_t log_start = log_bytes();
    drop_refused(context, routed);
    if (routed.empty()) return;
    const auto former = host.workers();
    const nginx::NginxService nginx{context.environment};
    const auto reloaded = nginx.reload(routed.front().job->app);
    if (!reloaded) return fail_all(routed, cause_of_reload(reloaded.error()), reloaded.error());
    verify(context, routed, log_start);
    // A worker that knows the route has answered us; the CA must not meet one that does not.
    if (any_alive(routed) && !former.wait_until_retired(context.clock, kWorkerPatience)) {
        context.log.warn(
            "Some of nginx's former workers still take connections; one of them may "
            "answer the CA without the challenge");
    }
}

bool remove_route_files(const ca::Context& context, const ca::IssueJob& job) {
    const auto removed = nginx::remove_route(route_files_of(context, job));
    if (!removed) {
        context.log.warn("Cannot remove the challenge route of " + job.app.text() + ": " +
                         removed.error().message);
        return false;
    }
    return *removed;
}

}  // namespace serving
