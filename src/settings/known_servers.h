#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settings {

inline constexpr std::string_view kProductionServer =
    "https://acme-v02.api.letsencrypt.org/directory";
inline constexpr std::string_view kStagingServer =
    "https://acme-staging-v02.api.letsencrypt.org/directory";

/// A CA that has a name here, its ACME directory, and what it issues without a contract.
struct KnownServer {
    std::string_view name;  ///< as the property `server` takes it
    std::string_view url;
    bool wants_external_account = false;
    bool only_one_site = false;  ///< one name and its `www.`; no wildcard, no IP address
    bool may_sell = false;       ///< instead, where the customer's account has money
};
std::span<const KnownServer> known_servers();
/// By its directory URL, or that of another directory at the same place (SSL.com has one for each
/// kind of key); null for any other.
const KnownServer* find_known_server(std::string_view url);

/// The directory URL of a name; a URL stays as it is.
std::string server_url(std::string_view name_or_url);

/// Does it issue one certificate for these names, in lower case? A CA that is not known may.
bool can_issue(const KnownServer* server, const std::vector<std::string>& names);

/// What an operator has to know of a CA before it is asked: `sslcom issues for ...`; "" where there
/// is nothing to say.
std::string describe_offer(const KnownServer& server);

/// `a.test, b.test and 3 more`
std::string some_of(const std::vector<std::string>& names);

/// Does the CA of this directory sign certificates that no browser trusts? Known by its name:
/// a label of its host contains `staging`, or is `test-api`.
bool is_staging_server(std::string_view directory_url);

}  // namespace settings
