#include "preflight/preflight.h"

#include <algorithm>
#include <array>

#include "async/all.h"
#include "async/task.h"
#include "base/base64.h"
#include "base/ip_address.h"
#include "base/random.h"
#include "base/text.h"
#include "base/url.h"
#include "ca/open_resolver.h"
#include "dns/addresses.h"
#include "dns/broken.h"
#include "dns/caa.h"
#include "nginx/config.h"
#include "preflight/reachability.h"

namespace preflight {
namespace {

constexpr std::size_t kMostAddresses = 4;  ///< of each family

std::vector<std::string> steps_of(std::string_view cause_name, const ca::IssueJob& job,
                                  const std::string& name) {
    const store::Cause* known = store::find_cause(cause_name);
    if (known == nullptr) return {};
    return {store::fix_of(*known, job.app().text(), name)};
}

void defer(ca::IssueJob& job, const std::string& name, std::string_view cause_name,
           std::string reason) {
    job.defer(name, cause_name,
              {base::ErrorKind::rejected, std::move(reason), std::nullopt,
               steps_of(cause_name, job, name)});
}

bool is_checked(const ca::IssueJob& job) {
    return job.alive() && job.settings().has_preflight();
}

/// Names of a CDN or proxy among the headers of a wrong answer.
bool has_proxy_marks(const http::Response& response) {
    constexpr std::array kMarks{"cf-ray", "via", "x-cache", "x-amz-cf-id", "x-served-by"};
    return std::any_of(kMarks.begin(), kMarks.end(),
                       [&](const char* mark) { return response.header(mark).has_value(); });
}

std::string describe(const http::Response& response) {
    constexpr std::size_t kEnough = 120;
    std::string text = "HTTP " + std::to_string(response.status);
    if (const auto server = response.header("server")) {
        text += " from " + base::printable(*server, kEnough);
    }
    if (const auto location = response.header("location")) {
        text += " to " + base::printable(*location, kEnough);
    }
    return text;
}

async::Task<Fetched> fetch_at(http::Client& http, std::string name, std::string address,
                              std::string thumbprint) {
    const std::string token = base::to_base64url(base::random_bytes(24));
    http::Request request;
    request.url = "http://" + name + "/.well-known/acme-challenge/" + token;
    request.scheme = http::Scheme::http_only;
    request.connect_to = address;
    request.limits = {std::chrono::seconds{2}, std::chrono::seconds{5}, std::chrono::seconds{5},
                      1UL << 16U};
    Fetched fetched;
    fetched.address = address;
    fetched.is_ipv6 = address.find(':') != std::string::npos;
    const auto response = co_await http.send(std::move(request));
    if (!response) {
        fetched.evidence = response.error().message;
        co_return fetched;
    }
    const bool right =
        response->status == 200 && base::trim(response->body) == token + "." + thumbprint;
    fetched.kind = right ? Fetched::Kind::right : Fetched::Kind::wrong;
    fetched.evidence = describe(*response);
    fetched.has_proxy_marks = has_proxy_marks(*response);
    if (response->status >= 300 && response->status < 400) {
        const auto target = base::parse_url(response->header("location").value_or(""));
        if (target) fetched.redirect_host = target->host;
    }
    co_return fetched;
}

/// A name at each of its addresses.
async::Task<std::vector<Fetched>> fetch_everywhere(http::Client& http, std::string name,
                                                   std::vector<std::string> addresses,
                                                   std::string thumbprint) {
    std::vector<async::Task<Fetched>> fetches;
    fetches.reserve(addresses.size());
    for (std::string& address : addresses)
        fetches.push_back(fetch_at(http, name, std::move(address), thumbprint));
    auto fetched = co_await async::all(std::move(fetches));
    co_return fetched;
}

std::vector<std::string> first_of_each_family(const dns::Addresses& addresses) {
    std::vector<std::string> chosen;
    for (const auto* family : {&addresses.ipv6, &addresses.ipv4}) {
        const auto count = std::min(family->size(), kMostAddresses);
        chosen.insert(chosen.end(), family->begin(),
                      family->begin() + static_cast<std::ptrdiff_t>(count));
    }
    return chosen;
}

HostAddresses describe_host(const std::vector<std::string>& own) {
    HostAddresses host;
    for (const std::string& address : own) {
        if (!base::is_public(address)) continue;
        const bool ipv6 = address.find(':') != std::string::npos;
        (ipv6 ? host.has_public_ipv6 : host.has_public_ipv4) = true;
    }
    return host;
}

/// `192.0.2.1` or `[2001:db8::1]` of an address without brackets.
std::string as_in_listen(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

/// Does nginx listen on port 80 of this very address, for some app or all that are bound to it?
bool is_bound(const std::string& address) {
    const nginx::ListenPair pair{as_in_listen(address), 80};
    const auto servers = nginx::find_servers(nginx::read_nginx_config(nginx::kNginxMainConfig));
    return std::any_of(servers.begin(), servers.end(), [&](const nginx::NginxServer& server) {
        return std::find(server.listens.begin(), server.listens.end(), pair) !=
               server.listens.end();
    });
}

/// Whether the address is this host's, and whether nginx is bound to it.
void look_at_host(Fetched& one, const std::vector<std::string>& own) {
    one.is_own = std::find(own.begin(), own.end(), one.address) != own.end();
    // Only then the whole configuration is worth reading.
    one.is_bound = one.is_own && one.kind == Fetched::Kind::wrong && is_bound(one.address);
}

/// Whose word counts where the resolver knows nothing, or what speaks against a name.
dns::Confirm whose_word(const ca::IssueJob& job) {
    return ca::has_own_resolver(job.settings(), job.lego().dns) ? dns::Confirm::none
                                                                : dns::Confirm::authoritative;
}

struct Closed {
    std::string_view cause;
    std::string why;
};

/// Why the CA may not issue for the name, if it may not, or cannot find out. What a resolver
/// remembers is not held against a name whose zone says otherwise by now.
async::Task<std::optional<Closed>> why_closed(const dns::Resolver& resolver, std::string name,
                                              dns::CaaRequest request, dns::Confirm confirm) {
    const auto known = co_await dns::look_up_caa(resolver, name);
    if (!known.failed.empty()) {
        auto why = co_await dns::why_broken(resolver, known.failed, dns::RecordType::caa, confirm);
        if (!why) co_return std::nullopt;
        co_return Closed{store::cause::kDnsBroken,
                         "no CA can look up the CAA records of " + known.failed + ": " + *why};
    }
    if (!known.set) co_return std::nullopt;
    auto why = dns::why_forbidden(*known.set, request);
    if (why && confirm != dns::Confirm::none) {
        const auto today = co_await dns::find_authoritative_caa(resolver, name);
        if (today) why = *today ? dns::why_forbidden(**today, request) : std::nullopt;
    }
    if (!why) co_return std::nullopt;
    co_return Closed{store::cause::kCaa, std::move(*why)};
}

/// No name server says anything about a name. One that a certificate of ours covers goes on: the CA
/// asks servers of its own, and that certificate has an end.
void defer_unresolved(ca::IssueJob& job, const std::string& name, const std::string& evidence) {
    if (job.covers(name)) return;
    defer(job, name, store::cause::kResolverSilent, name + " is not ordered yet: " + evidence);
}

/// Where each of the names leads, all looked up side by side.
async::Task<std::vector<dns::Addresses>> look_up_all(const dns::Resolver& resolver,
                                                     std::vector<std::string> names,
                                                     dns::Confirm confirm) {
    std::vector<async::Task<dns::Addresses>> lookups;
    lookups.reserve(names.size());
    for (std::string& name : names)
        lookups.push_back(dns::look_up_addresses(resolver, std::move(name), confirm));
    auto found = co_await async::all(std::move(lookups));
    co_return found;
}

/// Why the CA may not issue for each of the names.
async::Task<std::vector<std::optional<Closed>>> find_closed(
    const dns::Resolver& resolver, std::vector<std::pair<std::string, dns::CaaRequest>> names,
    dns::Confirm confirm) {
    std::vector<async::Task<std::optional<Closed>>> lookups;
    lookups.reserve(names.size());
    for (auto& [name, request] : names)
        lookups.push_back(why_closed(resolver, std::move(name), std::move(request), confirm));
    auto closed = co_await async::all(std::move(lookups));
    co_return closed;
}

/// What a name server says of each of the names.
async::Task<std::vector<base::Result<dns::Answer>>> ask_name_servers(
    const dns::Resolver& resolver, std::vector<std::string> names) {
    std::vector<async::Task<base::Result<dns::Answer>>> questions;
    questions.reserve(names.size());
    for (std::string& name : names)
        questions.push_back(resolver.ask(std::move(name), dns::RecordType::ns));
    auto answers = co_await async::all(std::move(questions));
    co_return answers;
}

/// DNS-01 needs no address, but a server that can tell whether its records are there.
async::Task<void> check_name_servers(const dns::Resolver& resolver, ca::IssueJob& job) {
    if (job.lego().dns.fixed_wait) co_return;
    std::vector<std::string> names;
    std::vector<std::string> asked;
    for (const dns::DnsName& name : job.names.ordered) {
        if (job.covers(name.str())) continue;
        names.push_back(name.str());
        asked.push_back(name.base_name());
    }
    const auto answers = co_await ask_name_servers(resolver, std::move(asked));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (answers[i] || !dns::is_unanswered(answers[i].error())) continue;
        defer_unresolved(job, names[i], answers[i].error().message);
    }
    job.drop_deferred();
}

/// An IPv4 address in place of a name.
dns::Addresses leads_to_itself(const std::string& address) {
    dns::Addresses addresses;
    addresses.state = dns::Addresses::State::found;
    addresses.ipv4 = {address};
    return addresses;
}

}  // namespace

async::Task<void> check_dns(const ca::Context& context, ca::IssueJob& job,
                            const ca::Request& request) {
    if (!is_checked(job)) co_return;
    const bool unattended = request.is_unattended();
    if (job.settings().uses_dns() && !unattended) co_return;
    const auto resolver = ca::open_resolver(context, job.settings(), job.lego().dns);
    if (!resolver) co_return job.fail(store::cause::kSettings, resolver.error());
    if (job.settings().uses_dns()) co_return co_await check_name_servers(*resolver, job);
    std::vector<std::string> names;
    for (const dns::DnsName& name : job.names.ordered) {
        if (name.is_address()) {
            job.addresses.insert_or_assign(name.str(), leads_to_itself(name.str()));
        } else {
            names.push_back(name.str());
        }
    }
    const auto found = co_await look_up_all(*resolver, names, whose_word(job));
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string& name = names[i];
        const dns::Addresses& addresses = found[i];
        if (addresses.state == dns::Addresses::State::missing) {
            defer(job, name, store::cause::kDnsMissing,
                  name + " does not resolve yet: " + addresses.evidence);
        }
        if (addresses.state == dns::Addresses::State::broken) {
            defer(job, name, store::cause::kDnsBroken,
                  name + " cannot be resolved by any CA: " + addresses.evidence);
        }
        if (unattended && addresses.is_silent) defer_unresolved(job, name, addresses.evidence);
        job.addresses.insert_or_assign(name, addresses);
    }
    job.drop_deferred();
}

async::Task<void> check_caa(const ca::Context& context, ca::IssueJob& job) {
    if (!is_checked(job) || job.ca.session == nullptr) co_return;
    const acme::Client& client = job.ca.session->client();
    if (client.directory().caa_identities.empty()) co_return;
    const auto resolver = ca::open_resolver(context, job.settings(), job.lego().dns);
    if (!resolver) co_return job.fail(store::cause::kSettings, resolver.error());
    std::vector<std::string> names;
    std::vector<std::pair<std::string, dns::CaaRequest>> asked;
    for (const dns::DnsName& name : job.names.ordered) {
        if (name.is_address()) continue;  // CAA is about domains (RFC 8659)
        dns::CaaRequest request;
        request.issuers = client.directory().caa_identities;
        request.wildcard = name.is_wildcard();
        request.account_url = client.account_url();
        request.method = job.settings().uses_dns() ? acme::kDns01 : acme::kHttp01;
        names.push_back(name.str());
        asked.emplace_back(name.base_name(), std::move(request));
    }
    const auto closed = co_await find_closed(*resolver, std::move(asked), whose_word(job));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!closed[i]) continue;
        defer(job, names[i], closed[i]->cause, names[i] + ": " + base::printable(closed[i]->why));
    }
    job.drop_deferred();
}

async::Task<void> check_reachability(ca::Context& context, ca::IssueJob& job) {
    if (!is_checked(job) || job.settings().uses_dns()) co_return;
    std::vector<std::string> names;
    std::vector<async::Task<std::vector<Fetched>>> fetches;
    for (std::string& name : ca::to_texts(job.names.ordered)) {
        const auto where = job.addresses.find(name);
        if (where == job.addresses.end()) continue;
        fetches.push_back(fetch_everywhere(context.self_fetch, name,
                                           first_of_each_family(where->second),
                                           job.ca.session->thumbprint()));
        names.push_back(std::move(name));
    }
    auto fetched = co_await async::all(std::move(fetches));
    const auto own = base::local_addresses();
    const HostAddresses host = describe_host(own);
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (Fetched& one : fetched[i])
            look_at_host(one, own);
        const Reach reach = judge_reach(names[i], fetched[i], host);
        for (const std::string& warning : reach.warnings)
            context.log.warn(warning);
        if (!reach.cause.empty()) defer(job, names[i], reach.cause, reach.reason);
    }
    job.drop_deferred();
}

}  // namespace preflight
