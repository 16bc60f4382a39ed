#include "preflight/profile.h"

#include <algorithm>
#include <limits>

#include "acme/directory.h"
#include "base/ip_address.h"
#include "base/text.h"
#include "settings/known_servers.h"

namespace preflight {
namespace {

/// What to set instead.
std::string offers(const acme::Directory& directory) {
    std::vector<std::string> names;
    for (const auto& [name, description] : directory.profiles)
        names.push_back(base::printable(name));
    return names.empty() ? "it has none to choose from" : "it has: " + base::join(names, ", ");
}

bool is_lets_encrypt(std::string_view server) {
    return server == settings::kProductionServer || server == settings::kStagingServer;
}

}  // namespace

void check_profile(const ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    std::string& profile = job.ca.profile;
    if (profile.empty() || !job.alive()) return;
    const acme::Directory& directory = job.ca.session->client().directory();
    if (acme::offers_profile(directory, profile)) return;
    const std::string message = "The CA does not offer the profile '" + base::printable(profile) +
                                "'; " + offers(directory);
    if (request.is_typed()) {
        return job.fail(store::cause::kSettings,
                        {base::ErrorKind::invalid_input,
                         message,
                         std::nullopt,
                         {"Choose another with: dokku letsencrypt:set " + job.app().text() +
                          " profile <name>, or the CA's usual one with no name."}});
    }
    context.log.warn(job.app().text() + ": " + message + ". Ordered without a profile.");
    profile.clear();
}

void check_addresses(ca::IssueJob& job) {
    if (!job.alive() || !is_lets_encrypt(job.ca.server)) return;
    for (const dns::DnsName& name : job.names.ordered) {
        if (!name.is_address()) continue;
        const std::string command =
            "dokku letsencrypt:set " + job.app().text() + " profile shortlived";
        if (!base::is_public(name.str())) {
            job.defer(name.str(), store::cause::kBadName,
                      {base::ErrorKind::rejected,
                       name.str() + " is a private address; Let's Encrypt certifies public ones",
                       std::nullopt,
                       {}});
        } else if (job.ca.profile != "shortlived") {
            job.defer(
                name.str(), store::cause::kBadName,
                {base::ErrorKind::rejected,
                 "Let's Encrypt certifies an IP address only with another profile: " + command,
                 std::nullopt,
                 {"Run: " + command}});
        }
    }
    job.drop_deferred();
}

std::size_t most_names(std::string_view server, std::string_view profile) {
    constexpr std::size_t kOfNewProfiles = 25;
    constexpr std::size_t kUsual = 100;
    if (!is_lets_encrypt(server)) return std::numeric_limits<std::size_t>::max();
    return profile == "tlsserver" || profile == "shortlived" ? kOfNewProfiles : kUsual;
}

void check_count_of_names(ca::IssueJob& job) {
    const std::size_t most = most_names(job.ca.server, job.ca.profile);
    if (!job.alive() || job.names.ordered.size() <= most) return;
    std::vector<std::string> wanted = ca::to_texts(job.names.ordered);
    std::stable_partition(wanted.begin(), wanted.end(),
                          [&](const std::string& name) { return job.covers(name); });
    for (std::size_t i = most; i < wanted.size(); ++i) {
        job.defer(wanted[i], store::cause::kTooManyNames,
                  {base::ErrorKind::rejected,
                   "one certificate of this CA has at most " + std::to_string(most) + " names",
                   std::nullopt,
                   {}});
    }
    job.drop_deferred();
}

}  // namespace preflight
