#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acme/external_account.h"
#include "base/secret.h"
#include "crypto/private_key.h"
#include "settings/settings.h"

namespace ca {

/// How long to wait for a TXT record, and whom to ask (`--dns.*`).
struct DnsOptions {
    std::vector<std::string> resolvers;              ///< as written: `IP` or `IP:port`
    std::optional<std::chrono::seconds> fixed_wait;  ///< wait this long and ask no server
    bool ask_authoritative = true;
    bool ask_recursive = false;
    std::chrono::seconds query_timeout{10};
};

/// What the words of `lego-args` mean here (docs/dokku.md 10.2). The words themselves keep their
/// place in files and hash; those without a meaning are named in `warnings`, once each.
struct LegoOptions {
    std::optional<crypto::KeyType> key_type;
    std::string preferred_chain;
    std::string profile;
    std::string server;  ///< overrides the property, as a repeated flag does with lego
    bool reuse_key = false;
    std::chrono::seconds certificate_timeout{30};
    std::optional<std::chrono::seconds> http_timeout;
    DnsOptions dns;
    bool external_account = false;
    std::string external_account_id;
    base::Secret external_account_key;
    acme::MacAlgorithm external_account_algorithm = acme::MacAlgorithm::hs256;
    std::vector<std::string> warnings;
};

LegoOptions parse_lego_options(const std::vector<std::string>& words);

/// What the words of `lego-docker-options` mean: paths inside lego's container that lead to files
/// of this host (`-v HOST:CONTAINER`), and variables (`-e NAME=VALUE`, `--env-file FILE`).
struct DockerOptions {
    std::map<std::string, std::string> mounts;     ///< container path to host path
    std::map<std::string, std::string> variables;  ///< for the DNS provider
    std::vector<std::string> warnings;

    /// A path of the container as a path of this host; unchanged if no mount holds it.
    std::string host_path(const std::string& container_path) const;
};

DockerOptions parse_docker_options(const std::vector<std::string>& words);

/// Both, of one app. The properties profile, key-type, reuse-key, preferred-chain, eab-kid and
/// eab-hmac-key outrank the flags of the same meaning. The variables LEGO_EAB, LEGO_EAB_KID and
/// LEGO_EAB_HMAC count as the flags
/// `--eab`, `--kid` and `--hmac` where those are not given; `--dns.resolvers` of the host's own
/// lego-args holds where the app's name none (docs/design.md 4.3).
struct AppOptions {
    LegoOptions lego;
    DockerOptions docker;
};

AppOptions read_options(const settings::Settings& settings);

/// The directory URL of the app's CA: the property, or `--server` of lego-args, which overrides it
/// as with lego.
std::string effective_server(const settings::Settings& settings);

}  // namespace ca
