#include "serving/challenge_routes.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "async/all.h"
#include "base/text.h"
#include "ca/claim.h"
#include "dokku/property.h"
#include "nginx/service.h"
#include "nginx/shadow.h"
#include "serving/retired_workers.h"

namespace serving {
namespace {

constexpr const char* kErrorLog = "/var/log/nginx/error.log";
constexpr std::chrono::seconds kWorkerPatience{3};

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

void fail_all(std::vector<RoutedJob>& routed, std::string_view why, const base::Error& error) {
    for (const RoutedJob& one : routed)
        one.job->fail(why, error);
    routed.clear();
}

/// What the app's vhost has that may answer first, as ` (ROOT/APP/nginx.conf.d/x.conf:3: return)`.
std::string shadow_place(const ca::Context& context, const dokku::AppName& app,
                         const std::string& name) {
    const base::Path vhost = context.environment.app_root(app) / "nginx.conf";
    const auto shadow = nginx::find_shadow(nginx::read_nginx_config(vhost), name);
    return shadow ? " (" + shadow->place() + ")" : "";
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

/// What each of the jobs' checks finds, side by side.
async::Task<std::vector<RouteFindings>> check_all(const ca::Context& context,
                                                  const std::vector<RoutedJob>& routed,
                                                  std::chrono::milliseconds patience) {
    std::vector<async::Task<RouteFindings>> checks;
    checks.reserve(routed.size());
    for (const RoutedJob& one : routed)
        checks.push_back(fetch_routes(context, one, patience));
    auto findings = co_await async::all(std::move(checks));
    co_return findings;
}

bool answers_for_all(const RouteFindings& findings) {
    return std::none_of(findings.begin(), findings.end(), [](const auto& one) { return one; });
}

bool answers_for_none(const RouteFindings& findings) {
    return std::all_of(findings.begin(), findings.end(), [](const auto& one) { return one; });
}

}  // namespace

std::vector<std::string> shadow_steps(const std::string& app) {
    return {
        "A directive of this app's own nginx configuration answers first: look into "
        "nginx.conf.d and a custom nginx.conf.sigil for 'return', 'rewrite' or a location "
        "of that path, or for a missing include of nginx.conf.d.",
        "Then run: dokku letsencrypt:enable " + app};
}

nginx::RouteFiles route_files_of(const ca::Context& context, const ca::IssueJob& job) {
    return nginx::route_files(context.environment, job.app(), ca::app_folder(context, job));
}

bool remove_route_files(const ca::Context& context, const ca::IssueJob& job) {
    const auto removed = nginx::remove_route(route_files_of(context, job));
    if (!removed) {
        context.log.warn("Cannot remove the challenge route of " + job.app().text() + ": " +
                         removed.error().message);
        return false;
    }
    return *removed;
}

base::Result<RoutedJob> write_route_files(const ca::Context& context, NginxSnapshot& host,
                                          ca::IssueJob& job) {
    const ca::HeldFolder folder{job};
    if (!folder.is_held()) return ca::changed_meanwhile(job.app());
    const auto& vhost = host.servers_in(context.environment.app_root(job.app()) / "nginx.conf");
    const std::string thumbprint = job.ca.session->thumbprint();
    RoutedJob routed{&job, {}};
    nginx::OwnServer own{host.pairs(bind_addresses(context, job.app())), {}};
    for (const std::string& name : ca::to_texts(job.names.ordered)) {
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
        job.route.is_new = true;
    }
    const auto written = nginx::write_route(files, job.app().text(), thumbprint, own);
    if (!written) return written.error();
    routed.has_changed = *written;
    return routed;
}

async::Task<bool> are_loaded(const ca::Context& context, const std::vector<RoutedJob>& routed) {
    const auto findings = co_await check_all(context, routed, std::chrono::seconds(0));
    co_return std::all_of(findings.begin(), findings.end(), answers_for_all);
}

void fail_unloaded(std::vector<RoutedJob>& routed, const base::Error& why) {
    fail_all(routed, cause_of_reload(why), why);
}

std::uint64_t error_log_bytes() {
    const auto stamp = base::stamp_file(kErrorLog);
    return stamp ? stamp->bytes : 0;
}

async::Task<RouteFindings> fetch_routes(const ca::Context& context, const RoutedJob& routed,
                                        std::chrono::milliseconds patience) {
    auto findings =
        co_await http::check_routes(context.self_fetch, context.clock, routed.checks, patience);
    co_return findings;
}

void defer_unanswered(const ca::Context& context, const RoutedJob& routed,
                      const RouteFindings& findings) {
    ca::IssueJob& job = *routed.job;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (!findings[i] || !job.alive()) continue;
        base::Error error = *findings[i];
        const std::string& name = routed.checks[i].name;
        error.message += shadow_place(context, job.app(), name);
        error.steps = shadow_steps(job.app().text());
        job.defer(name, store::cause::kPathShadowed, std::move(error));
    }
    job.drop_deferred();
}

async::Task<void> verify_routes(const ca::Context& context, std::vector<RoutedJob>& routed,
                                std::uint64_t log_start) {
    const auto findings = co_await check_all(context, routed, kRoutePatience);
    const std::string log = log_since(log_start);
    const bool answers_for_no_job = std::all_of(findings.begin(), findings.end(), answers_for_none);
    if (answers_for_no_job && nginx::parse_complaint(log)) {
        fail_all(routed, store::cause::kReloadRefused, reload_refused(log));
        co_return;
    }
    for (std::size_t i = 0; i < routed.size(); ++i)
        defer_unanswered(context, routed[i], findings[i]);
}

async::Task<void> wait_for_former_workers(const ca::Context& context, nginx::NginxWorkers former) {
    const bool are_retired =
        co_await wait_until_retired(std::move(former), context.clock, kWorkerPatience);
    if (are_retired) co_return;
    context.log.warn(
        "Some of nginx's former workers still take connections; one of them may "
        "answer the CA without the challenge");
}

}  // namespace serving
